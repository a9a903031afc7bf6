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

const MEMO = /^(\S+) (\S+) ?(.*)$/;

/** @throws RangeError when the text is none that this version writes */
export function parseEntry(text: string): Entry {
  if (text === 'm') return { kind: 'mark' };
  if (text.startsWith('g') || text.startsWith('r')) return { kind: 'closed', text };
  const open = attemptOf(text);
  if (open === null) throw new RangeError('an entry of the ledger begins with none of g, r, i, u and m');
  return { ...open, memo: parseMemo(text.slice(memoAt(text))) };
}

/** What an open entry says of its attempt; null of any other entry. Asked several times a claim, it takes no pattern. */
export function attemptOf(text: string): Omit<OpenEntry, 'memo'> | null {
  const open = text.startsWith('i') || text.startsWith('u');
  const memo = open ? memoAt(text) : 0;
  if (memo === 0) return null;
  const attempt = text.indexOf(' ') + 1;
  const atUs = Number(text.slice(1, attempt - 1));
  if (!Number.isInteger(atUs)) return null;
  return { kind: text.startsWith('i') ? 'in-flight' : 'unknown', attempt: text.slice(attempt, memo - 1), atUs };
}

/** Where the memo of an open entry begins; 0: the text is none. */
function memoAt(text: string): number {
  const attempt = text.indexOf(' ') + 1;
  return attempt === 0 ? 0 : text.indexOf(' ', attempt) + 1;
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
