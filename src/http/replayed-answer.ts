/**
 * A final answer of the service, given from the ledger: status, the kept fields and the body, byte for byte, and
 * `Idempotency-Replayed: true`. Where the body is not kept (it was too large, or its time is over) a small document
 * in its place says what the outcome was.
 */
import type { Response } from 'express';
import type { StoredAnswer } from '../claims/answer-text.js';
import { AnswerHead, sendWhole } from '../proxy/whole-answer.js';

/** The status of a grant of which nothing but the fact is left. */
const GRANTED_STATUS = 200;
const SUBSTITUTE = ['Content-Type', 'application/json', 'Cache-Control', 'no-store'];

export function sendReplay(
  res: Response,
  campaign: string,
  answer: StoredAnswer | null,
  fields: readonly string[],
): void {
  const replayed = [...fields, 'Idempotency-Replayed', 'true'];
  if (answer?.body) {
    sendWhole(res, new AnswerHead(answer.status, []), [...answer.headers, ...replayed], answer.body);
    return;
  }
  const outcome = answer?.outcome ?? 'granted';
  const detail = 'The claim has had its answer, which is no longer kept in full.';
  const head = new AnswerHead(answer?.status ?? GRANTED_STATUS, SUBSTITUTE);
  sendWhole(res, head, replayed, JSON.stringify({ campaign, outcome, detail }));
}
