/**
 * What the ledger writes of one claim: one text, so that an entry is one value of the store and the store need not
 * know more of it than its first character. An open entry is `i` (at the service) or `u` (outcome unknown), a number,
 * a blank, the attempt, a blank, and the memo; the number is the end of the lease of `i`, and the time at which `u`
 * became unknown, both in microseconds of store time. A closed one is `g` or `r` and the packed answer (answer-text.ts),
 * or a bare `m`: granted, and the answer no longer kept.
 *
 *   (none) ──enters──▶ in flight ──answered──▶ granted | rejected
 *      ▲                  │  │ no answer, or lease over
 *      │ not processed    │  ▼
 *      └──────────────────┘ unknown ──repeated by the client──▶ in flight
 */
export interface OpenEntry {
  readonly kind: 'in-flight' | 'unknown';
  /** Names gateway and attempt: the fence that a late writer does not pass. */
  readonly attempt: string;
  /** End of the lease, or since when the outcome is unknown; store time in microseconds. */
  readonly atUs: number;
  readonly memo: Memo;
}

/** What is remembered of the request while its outcome is open. */
export interface Memo {
  /** Fingerprint of the credentials it came with (credentials.ts); empty: it had none. */
  readonly credentials: string;
  /** Fingerprint of the payload; empty where the mode does not compare payloads. */
  readonly payload: string;
  /** The key sent to the service where the client chose it; empty where it is derived. */
  readonly clientKey: string;
}

export type Entry = OpenEntry | { readonly kind: 'closed'; readonly text: string } | { readonly kind: 'mark' };

const OPEN = /^([iu])(\d+) (\S+) (.*)$/;
const MEMO = /^(\S+) (\S+) ?(.*)$/;

/** @throws RangeError when the text is none that this version writes */
export function parseEntry(text: string): Entry {
  if (text === 'm') return { kind: 'mark' };
  if (text.startsWith('g') || text.startsWith('r')) return { kind: 'closed', text };
  const open = OPEN.exec(text);
  if (open === null) throw new RangeError('an entry of the ledger begins with none of g, r, i, u and m');
  return { ...attemptIn(open), memo: parseMemo(open[4]!) };
}

/** What an open entry says of its attempt; null of any other entry. */
export function attemptOf(text: string): Omit<OpenEntry, 'memo'> | null {
  const open = OPEN.exec(text);
  return open === null ? null : attemptIn(open);
}

function attemptIn([, state, at, attempt]: RegExpExecArray): Omit<OpenEntry, 'memo'> {
  return { kind: state === 'i' ? 'in-flight' : 'unknown', attempt: attempt!, atUs: Number(at) };
}

export function memoText({ credentials, payload, clientKey }: Memo): string {
  return `${credentials || '-'} ${payload || '-'}${clientKey === '' ? '' : ` ${clientKey}`}`;
}

export function unknownText(sinceUs: number, attempt: string, memo: string): string {
  return `u${Math.max(0, Math.round(sinceUs))} ${attempt} ${memo}`;
}

export function inFlightText(leaseUntilUs: number, attempt: string, memo: string): string {
  return `i${leaseUntilUs} ${attempt} ${memo}`;
}

function parseMemo(text: string): Memo {
  const [, credentials = '-', payload = '-', clientKey = ''] = MEMO.exec(text) ?? [];
  return { credentials: orEmpty(credentials), payload: orEmpty(payload), clientKey };
}

function orEmpty(text: string): string {
  return text === '-' ? '' : text;
}
