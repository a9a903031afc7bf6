/** The header fields of an answer that a burst acts on or judges, out of undici's raw ones. */
import { type JudgedFields, parseRetryAfter } from './reply.js';

export interface ReadFields {
  readonly retryAfterMs: number | null;
  readonly fields: JudgedFields;
}

/** Names by their length, so that most fields are passed over without being decoded. */
const NAMES = new Map<number, ReadonlyArray<readonly [string, keyof JudgedFields | 'retryAfter']>>([
  [11, [['retry-after', 'retryAfter']]],
  [12, [['content-type', 'contentType']]],
  [
    13,
    [
      ['cache-control', 'cacheControl'],
      ['spillway-code', 'code'],
    ],
  ],
  [20, [['idempotency-replayed', 'replayed']]],
]);

/** @param headers - name, value, name, value …; of a field that stands twice the last counts */
export function readFields(headers: readonly Buffer[], nowMs: number): ReadFields {
  const found = { contentType: '', cacheControl: '', code: '', replayed: '', retryAfter: '' };
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const raw = headers[i] as Buffer;
    const candidates = NAMES.get(raw.length);
    if (candidates === undefined) continue;
    const name = raw.toString('latin1').toLowerCase();
    for (const [wanted, field] of candidates) {
      if (name === wanted) found[field] = (headers[i + 1] as Buffer).toString('latin1');
    }
  }
  const { retryAfter, ...fields } = found;
  return { retryAfterMs: retryAfter === '' ? null : parseRetryAfter(retryAfter, nowMs), fields };
}
