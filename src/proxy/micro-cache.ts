/**
 * Answers of safe requests that are the same for everybody, kept for a moment: what thousands ask for in one second, the
 * service answers once. Who may be served from what is RFC 9111's to say, by `http-cache-semantics`; beyond it:
 *
 *   fresh ──ttl──▶ stale: served as it is, while one request fetches a new one ──`staleMs`──▶ gone
 *
 * - Whoever asks for what is being fetched waits for that answer.
 * - A service that fails, or that is busy, is not asked more often than once in a `ttl`; what is stale is served meanwhile.
 * - An answer that is not for everybody goes to whom it was made for; for a while everybody then asks for their own.
 *
 * @see RFC 9111, RFC 5861
 */
import CachePolicy from 'http-cache-semantics';
import { BoundedCache } from '../kernel/bounded-cache.js';
import type { Clock } from '../kernel/clock.js';
import type { CacheResult } from '../metrics/vocabulary.js';
import type { Collected } from './collect.js';

export interface MicroCacheSettings {
  /** Longest time for which an answer is fresh, in milliseconds; its own word may shorten it. */
  readonly ttlMs: number;
  /** How long it is served beyond that, in milliseconds. */
  readonly staleMs: number;
  /** Largest body that is kept. */
  readonly maxBodyBytes: number;
  /** Answers kept; at most twice as many. */
  readonly entries: number;
}

export interface SharedRequest {
  readonly url: string;
  /** In lower case; those that an answer may vary by. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface KeptAnswer {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

export type Heard =
  /** @member ageMs - how long ago the service gave it */
  | { readonly kind: 'answer'; readonly how: CacheResult; readonly answer: KeptAnswer; readonly ageMs: number }
  /** What came of the fetch is for this request alone, or is no answer. */
  | { readonly kind: 'own'; readonly result: Collected }
  /** The same, for those who waited for it: they ask for their own. A fault is everybody's. */
  | { readonly kind: 'direct' };

/** Asks the service; `fetched` is called once. */
export type Fetch = (fetched: (result: Collected) => void) => void;

interface Entry {
  readonly answer: KeptAnswer;
  /** Names, in lower case, and values of what the answer varies by. */
  readonly varies: ReadonlyArray<readonly [name: string, value: string]>;
  readonly atUs: number;
  readonly freshUntilUs: number;
  readonly servedUntilUs: number;
  /** Not asked for anew before. */
  askAgainUs: number;
}

type Listener = (heard: Heard) => void;

interface Line {
  entries: Entry[];
  /** Who waits for what is being fetched; null: nothing is. */
  waiting: Array<{ readonly request: SharedRequest; readonly heard: Listener }> | null;
  /** Until then everybody asks for their own. */
  directUntilUs: number;
}

/** Kept of one URL, by what its answers vary by. */
const MOST_VARIANTS = 8;
const DIRECT_US = 10_000_000;
const BUSY = new Set([429, 500, 502, 503, 504]);

export class MicroCache {
  readonly #lines: BoundedCache<Line>;

  constructor(
    private readonly settings: MicroCacheSettings,
    private readonly clock: Pick<Clock, 'monotonicUs'>,
  ) {
    this.#lines = new BoundedCache(settings.entries);
  }

  /**
   * @param fetch - null: for this request nothing is fetched
   * @param heard - called once, possibly within this call
   */
  ask(request: SharedRequest, fetch: Fetch | null, heard: Listener): void {
    const nowUs = this.clock.monotonicUs();
    const line = this.#lineOf(request.url);
    const entry = line.entries.find((one) => matches(one, request) && nowUs < one.servedUntilUs);
    if (entry !== undefined) {
      const fresh = nowUs < entry.freshUntilUs;
      const due = !fresh && line.waiting === null && nowUs >= entry.askAgainUs;
      if (due && fetch !== null) this.#refresh(line, request, entry, fetch);
      heard(answered(entry, fresh ? 'hit' : 'stale', nowUs));
    } else if (fetch === null || nowUs < line.directUntilUs) heard({ kind: 'direct' });
    else if (line.waiting !== null) line.waiting.push({ request, heard });
    else this.#lead(line, request, fetch, heard);
  }

  #lead(line: Line, request: SharedRequest, fetch: Fetch, heard: Listener): void {
    line.waiting = [];
    fetch((result) => {
      const waiting = line.waiting ?? [];
      line.waiting = null;
      const entry = this.#take(line, request, result);
      heard(entry === null ? { kind: 'own', result } : answered(entry, 'miss', entry.atUs));
      for (const one of waiting) {
        if (entry !== null && matches(entry, one.request)) one.heard(answered(entry, 'collapsed', entry.atUs));
        else if (result.kind === 'fault') one.heard({ kind: 'own', result });
        else one.heard({ kind: 'direct' });
      }
    });
  }

  /** Nobody waits for it: what fails leaves the old answer as it is. */
  #refresh(line: Line, request: SharedRequest, old: Entry, fetch: Fetch): void {
    line.waiting = [];
    old.askAgainUs = Number.POSITIVE_INFINITY;
    fetch((result) => {
      const waiting = line.waiting ?? [];
      line.waiting = null;
      const failed = result.kind === 'fault' || BUSY.has(result.status);
      if (failed) old.askAgainUs = this.clock.monotonicUs() + this.settings.ttlMs * 1000;
      else if (this.#take(line, request, result) === null) line.entries = line.entries.filter((one) => one !== old);
      if (result.kind === 'too-large') result.rest.into(NOBODY);
      for (const one of waiting) one.heard({ kind: 'direct' });
    });
  }

  /** @returns null where the answer is not for everybody */
  #take(line: Line, request: SharedRequest, result: Collected): Entry | null {
    const nowUs = this.clock.monotonicUs();
    const entry = result.kind === 'answered' ? this.#entryOf(request, result, nowUs) : null;
    if (entry === null) {
      if (result.kind !== 'fault' && !BUSY.has(result.status)) line.directUntilUs = nowUs + DIRECT_US;
      return null;
    }
    const others = line.entries.filter((one) => !matches(one, request));
    line.entries = [entry, ...others].slice(0, MOST_VARIANTS);
    return entry;
  }

  #entryOf(request: SharedRequest, answer: Extract<Collected, { kind: 'answered' }>, nowUs: number): Entry | null {
    const { status, reason, headers, body } = answer;
    const fields = fieldsOf(headers);
    if (BUSY.has(status) || 'set-cookie' in fields) return null;
    const policy = new CachePolicy(
      { method: 'GET', url: request.url, headers: request.headers },
      { status, headers: fields },
      { cacheHeuristic: 0 },
    );
    const said = 'cache-control' in fields || 'expires' in fields;
    const forMs = said ? Math.min(policy.timeToLive(), this.settings.ttlMs) : this.settings.ttlMs;
    const vary = (fields.vary ?? '').toLowerCase().split(/\s*,\s*/);
    if (!policy.storable() || forMs <= 0 || vary.includes('*')) return null;
    const varies = vary.filter((name) => name !== '').map((name) => [name, request.headers[name] ?? ''] as const);
    // What is no part of a shared request, and yet makes a difference, cannot be told apart here.
    if (varies.some(([name]) => !VARIABLE.has(name))) return null;
    const strict = /\b(?:must|proxy)-revalidate\b/i.test(fields['cache-control'] ?? '');
    const freshUntilUs = nowUs + forMs * 1000;
    const servedUntilUs = freshUntilUs + (strict ? 0 : this.settings.staleMs * 1000);
    const kept = { status, reason, headers, body };
    return { answer: kept, varies, atUs: nowUs, freshUntilUs, servedUntilUs, askAgainUs: 0 };
  }

  #lineOf(url: string): Line {
    const known = this.#lines.get(url);
    if (known !== undefined) return known;
    const line: Line = { entries: [], waiting: null, directUntilUs: 0 };
    this.#lines.set(url, line);
    return line;
  }
}

/** Fields of a request that go to the service with a shared one, and that an answer may vary by. */
export const VARIABLE: ReadonlySet<string> = new Set(['accept', 'accept-encoding', 'accept-language', 'origin']);

const NOBODY = { begin: () => {}, head: () => {}, data: () => true, end: () => {}, fault: () => {} };

function answered(entry: Entry, how: CacheResult, nowUs: number): Heard {
  return { kind: 'answer', how, answer: entry.answer, ageMs: (nowUs - entry.atUs) / 1000 };
}

function matches({ varies }: Entry, { headers }: SharedRequest): boolean {
  return varies.every(([name, value]) => (headers[name] ?? '') === value);
}

/** The last of repeated fields, but for those that are lists. */
function fieldsOf(flat: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const name = flat[at]!.toLowerCase();
    fields[name] = name in fields ? `${fields[name]}, ${flat[at + 1]}` : flat[at + 1]!;
  }
  return fields;
}
