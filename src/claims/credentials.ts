/**
 * The credentials of a request, as a fingerprint that the ledger keeps with the answer: a stored answer goes only to
 * a request that shows again what the first one showed. A browser gathers cookies as it goes, the answer's own among
 * them, so a repeat may show more: each cookie name of the first request is kept as two characters, and of the repeat
 * only cookies with these names count.
 *
 * Text: names, two characters each, a dot, and 16 characters of keyed hash (96 bits); empty without any credential.
 */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const NAME_CHARS = 2;
const HASH_CHARS = 16;

export class Credentials {
  readonly #key: KeyObject;

  /**
   * @param sources - `authorization`, `cookie` (all cookies), `cookie:<name>` or `header:<name>`
   * @param ignoredCookies - Spillway's own, which change from answer to answer
   */
  constructor(
    secret: Uint8Array,
    private readonly sources: readonly string[],
    private readonly ignoredCookies: readonly string[],
  ) {
    this.#key = createSecretKey(secret);
  }

  /** The fingerprint to keep of a first request. */
  fingerprint(headers: IncomingHttpHeaders): string {
    const shown = this.#shown(headers);
    if (shown.length === 0) return '';
    const names = shown.map(({ tag }) => tag).join('');
    return `${names}.${this.#hash(shown)}`;
  }

  /** Whether a repeat shows everything that the request behind `kept` did. */
  matches(kept: string, headers: IncomingHttpHeaders): boolean {
    if (kept === '') return true;
    const [names = '', hash = ''] = kept.split('.');
    const tags = new Set<string>();
    for (let at = 0; at < names.length; at += NAME_CHARS) tags.add(names.slice(at, at + NAME_CHARS));
    return this.#hash(this.#shown(headers).filter(({ tag }) => tags.has(tag))) === hash;
  }

  #shown(headers: IncomingHttpHeaders): Array<{ readonly tag: string; readonly text: string }> {
    const pairs: string[] = [];
    for (const source of this.sources) {
      if (source === 'cookie') pairs.push(...cookies(headers).filter((pair) => !this.#isIgnored(pair)));
      else if (source.startsWith('cookie:')) {
        pairs.push(...cookies(headers).filter((pair) => pair.startsWith(`${source.slice('cookie:'.length)}=`)));
      } else {
        const name = source.startsWith('header:') ? source.slice('header:'.length).toLowerCase() : source;
        const value = headers[name];
        if (value !== undefined) pairs.push(`:${name}=${String(value)}`);
      }
    }
    return [...new Set(pairs)].sort().map((text) => ({ tag: this.#tag(text.slice(0, text.indexOf('='))), text }));
  }

  #isIgnored(pair: string): boolean {
    return this.ignoredCookies.some((name) => pair.startsWith(`${name}=`));
  }

  #tag(name: string): string {
    return createHmac('sha256', this.#key).update(`name ${name}`).digest('base64url').slice(0, NAME_CHARS);
  }

  #hash(shown: ReadonlyArray<{ readonly text: string }>): string {
    const mac = createHmac('sha256', this.#key);
    for (const { text } of shown) mac.update(`${Buffer.byteLength(text)}:`).update(text);
    return mac.digest('base64url').slice(0, HASH_CHARS);
  }
}

/** `name=value` of each cookie; a pair without a name is none. */
function cookies(headers: IncomingHttpHeaders): string[] {
  if (headers.cookie === undefined) return [];
  return headers.cookie
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.indexOf('=') > 0);
}
