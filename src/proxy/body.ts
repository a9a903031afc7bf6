/**
 * Reads a small request body before anything scarce is taken for it: a slow sender owns neither token nor slot.
 * A body that turns out larger is not read further; it comes back as a stream with what was read put first.
 */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { LargeBody } from './large-body.js';

export type RequestBody =
  | { readonly kind: 'small'; readonly body: Buffer }
  /** To be handed over, or destroyed: until then the client's connection stands still. */
  | { readonly kind: 'large'; readonly body: Readable }
  /** The client went away, or broke off, before its body was complete. */
  | { readonly kind: 'aborted' }
  /** Declared or found to be over the maximum. What of it is still to come has to be thrown away. */
  | { readonly kind: 'too-large' };

const EMPTY = Buffer.alloc(0);
const NONE: Promise<RequestBody> = Promise.resolve({ kind: 'small', body: EMPTY });

/**
 * @param limitBytes - largest body that is read whole
 * @param maxBytes - largest body at all; a large one of unknown length that grows beyond it fails with
 *   `UploadTooLargeError` while it streams. Not less than `limitBytes`.
 */
export function readSmallBody(request: IncomingMessage, limitBytes: number, maxBytes: number): Promise<RequestBody> {
  const declared = request.headers['content-length'];
  const chunked = request.headers['transfer-encoding'] !== undefined;
  if (!chunked && (declared === undefined || declared === '0')) return NONE;
  if (request.destroyed) return Promise.resolve({ kind: 'aborted' });
  const declaredBytes = chunked ? 0 : Number(declared);
  if (declaredBytes > maxBytes) return Promise.resolve({ kind: 'too-large' });
  if (declaredBytes > limitBytes) {
    return Promise.resolve({ kind: 'large', body: new LargeBody(request, [], maxBytes) });
  }
  return collect(request, limitBytes, maxBytes);
}

function collect(request: IncomingMessage, limitBytes: number, maxBytes: number): Promise<RequestBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes <= limitBytes) return;
      request.pause();
      if (bytes > maxBytes) finish({ kind: 'too-large' });
      else finish({ kind: 'large', body: new LargeBody(request, chunks, maxBytes) });
    };
    const onEnd = (): void => finish({ kind: 'small', body: joined(chunks, bytes) });
    const onBreak = (): void => finish({ kind: 'aborted' });
    const finish = (result: RequestBody): void => {
      request.off('data', onData).off('end', onEnd).off('close', onBreak).off('error', onBreak);
      resolve(result);
    };
    request.on('data', onData).on('end', onEnd).on('close', onBreak).on('error', onBreak);
  });
}

function joined(chunks: readonly Buffer[], bytes: number): Buffer {
  if (chunks.length === 0) return EMPTY;
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes);
}
