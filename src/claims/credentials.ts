/**
 * The credentials of a request, as a fingerprint that the ledger keeps with the answer: a stored answer goes only to
 * a request that shows again what the first one showed. A browser gathers cookies as it goes, the answer's own among
 * them, so a repeat may show more: each cookie name of the first request is kept as two characters, and of the repeat
 * only cookies with these names count.
 *
 * Text: names, two characters each, a dot, and 16 characters of keyed hash (96 bits); empty without any credential.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { BoundedCache } from '../kernel/bounded-cache.js';
import { HmacSha256 } from '../kernel/hmac-sha256.js';

const NAME_CHARS = 2;
const HASH_CHARS = 16;
/** Names of cookies and fields whose tags are remembered: few, unless somebody makes them up. */
const CACHED_NAMES = 256;

/** One cookie or field, and what is kept of its name. */
interface Shown {
  readonly tag: string;
  readonly text: string;
}

const NOTHING: readonly Shown[] = [];

export class Credentials {
  readonly #mac: HmacSha256;
  readonly #tags = new BoundedCache<string>(CACHED_NAMES);

  /**
   * @param sources - `authorization`, `cookie` (all cookies), `cookie:<name>` or `header:<name>`
   * @param ignoredCookies - Spillway's own, which change from answer to answer
   */
  constructor(
    secret: Uint8Array,
    private readonly sources: readonly string[],
    private readonly ignoredCookies: readonly string[],
  ) {
    this.#mac = new HmacSha256(secret);
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

  #shown(headers: IncomingHttpHeaders): readonly Shown[] {
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
    if (pairs.length === 0) return NOTHING;
    return [...new Set(pairs)].sort().map((text) => ({ tag: this.#tag(text.slice(0, text.indexOf('='))), text }));
  }

  #isIgnored(pair: string): boolean {
    return this.ignoredCookies.some((name) => pair.startsWith(`${name}=`));
  }

  #tag(name: string): string {
    const cached = this.#tags.get(name);
    if (cached !== undefined) return cached;
    const tag = this.#mac.text128(`name ${name}`).slice(0, NAME_CHARS);
    this.#tags.set(name, tag);
    return tag;
  }

  #hash(shown: ReadonlyArray<{ readonly text: string }>): string {
    let message = '';
    for (const { text } of shown) message += `${Buffer.byteLength(text)}:${text}`;
    return this.#mac.text128(message).slice(0, HASH_CHARS);
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
