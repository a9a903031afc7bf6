/**
 * What a recorded claim means for whoever repeats it. The store only says that there is an entry; whether the repeat
 * may see it is judged here, where the request's credentials are at hand.
 */
import { type StoredAnswer, unpackAnswer } from './answer-text.js';
import { type Memo, parseEntry } from './entry-text.js';

/** One claim as the ledger knows it. */
export interface LedgerRequest {
  /** The entry's name. */
  readonly key: string;
  readonly memo: Memo;
  /** Whether the repeat shows the credentials behind a kept fingerprint. */
  readonly shows: (kept: string) => boolean;
  /** False: an attempt whose outcome is unknown may not be repeated. */
  readonly mayRepeat: boolean;
}

export type Verdict =
  /** At the service now. */
  | { readonly kind: 'in-progress' }
  | { readonly kind: 'replay'; readonly answer: StoredAnswer | null }
  /** The entry belongs to other credentials. */
  | { readonly kind: 'another' }
  /** The client's key was used with another payload. */
  | { readonly kind: 'reused' }
  /** Outcome unknown: one more attempt may be made in place of `attempt`, with the memo of the first. */
  | { readonly kind: 'repeat'; readonly attempt: string; readonly memo: Memo }
  /** Outcome unknown, and this campaign repeats nothing. */
  | { readonly kind: 'unsettled' };

/** @param nowUs - store time */
export function judgeRecorded(text: string, request: LedgerRequest, nowUs: number): Verdict {
  const entry = parseEntry(text);
  if (entry.kind === 'mark') return { kind: 'replay', answer: null };
  if (entry.kind === 'closed') return judgeAnswer(unpackAnswer(entry.text), request);
  const { attempt, memo } = entry;
  if (memo.payload !== request.memo.payload) return { kind: 'reused' };
  if (entry.kind === 'in-flight' && entry.atUs >= nowUs) return { kind: 'in-progress' };
  if (!request.shows(memo.credentials)) return { kind: 'another' };
  if (!request.mayRepeat) return { kind: 'unsettled' };
  return { kind: 'repeat', attempt, memo };
}

/** The same for an answer that this process still knows. */
export function judgeAnswer(answer: StoredAnswer, request: LedgerRequest): Verdict {
  if (!request.shows(answer.credentials)) return { kind: 'another' };
  if (answer.payload !== request.memo.payload) return { kind: 'reused' };
  return { kind: 'replay', answer };
}
