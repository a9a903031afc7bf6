/**
 * A final answer of the service, given from the ledger: status, the kept fields and the body, byte for byte, and
 * `Idempotency-Replayed: true`. Where the body is not kept (it was too large, or its time is over) a small document
 * in its place says what the outcome was.
 */
import type { Response } from 'express';
import type { StoredAnswer } from '../claims/answer-text.js';

/** The status of a grant of which nothing but the fact is left. */
const GRANTED_STATUS = 200;
const NO_BODY = new Set([204, 205, 304]);

export function sendReplay(
  res: Response,
  campaign: string,
  answer: StoredAnswer | null,
  fields: readonly string[],
): void {
  const replayed = [...fields, 'Idempotency-Replayed', 'true'];
  if (answer?.body) {
    const length = NO_BODY.has(answer.status) ? [] : ['Content-Length', String(answer.body.length)];
    res.writeHead(answer.status, [...answer.headers, ...length, ...replayed]);
    res.end(answer.body);
    return;
  }
  const outcome = answer?.outcome ?? 'granted';
  const document = { campaign, outcome, detail: 'The claim has had its answer, which is no longer kept in full.' };
  const body = Buffer.from(JSON.stringify(document));
  res.writeHead(answer?.status ?? GRANTED_STATUS, [
    ...['Content-Type', 'application/json', 'Cache-Control', 'no-store', 'Content-Length', String(body.length)],
    ...replayed,
  ]);
  res.end(body);
}
