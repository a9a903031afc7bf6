/** Where public keys come from: a file, or a URL that the operator names. */
import { readFile } from 'node:fs/promises';
import type { JSONWebKeySet } from 'jose';

const FETCH_MS = 3000;
/** Sets have a few keys; whatever is larger is no set. */
const MOST_BYTES = 256 * 1024;

export function keysFromFile(path: string): () => Promise<JSONWebKeySet> {
  return async () => JSON.parse(await readFile(path, 'utf8')) as JSONWebKeySet;
}

/** Follows no redirection: the keys decide who is who, and come from where the operator said. */
export function keysFromUrl(url: string): () => Promise<JSONWebKeySet> {
  return async () => {
    const signal = AbortSignal.timeout(FETCH_MS);
    const response = await fetch(url, { signal, redirect: 'error', headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > MOST_BYTES) throw new RangeError(`${url} answered more than ${MOST_BYTES} bytes`);
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as JSONWebKeySet;
  };
}
