/**
 * The answer table of the public contract, as a client can check it: every refusal of Spillway's own is a problem
 * document with the status of its code, says its code in a field too, is not to be stored, and either says when to
 * try again or is one that trying again does not cure.
 */
import type { Reply } from './reply.js';

/** What a client does after an answer: its next request, or how it ends. */
export type NextStep = 'claim' | 'poll' | 'leave' | 'granted' | 'refused' | 'no-show' | 'left' | 'caught' | 'gave-up';

interface Row {
  readonly status: number;
  /** `always`: carries Retry-After; `never`: trying the same again makes no sense. */
  readonly retryAfter: 'always' | 'never';
  /** What a client may do next; what it was about is over with `gave-up`, whatever the answer. */
  readonly next: readonly NextStep[];
}

/** Whoever was called and does not come, or goes, had no more to say than that. */
const IN_LINE: readonly NextStep[] = ['claim', 'poll', 'leave', 'no-show', 'gave-up'];
const AGAIN: readonly NextStep[] = ['claim', 'poll', 'caught', 'gave-up'];
const STOP: readonly NextStep[] = ['refused', 'caught', 'left'];
/** Drops the ticket and claims again; who keeps being told so stops, and so does who altered it. */
const DROP: readonly NextStep[] = ['claim', 'refused', 'caught', 'left', 'gave-up'];

const retry = (status: number, next = AGAIN): Row => ({ status, retryAfter: 'always', next });
const final = (status: number, next = STOP): Row => ({ status, retryAfter: 'never', next });

/** Codes that are not listed may be added to the contract: only what holds for all is checked of them. */
export const ANSWER_TABLE: ReadonlyMap<string, Row> = new Map(
  Object.entries({
    QUEUED: retry(429, IN_LINE),
    RATE_LIMITED: retry(429),
    NOT_STARTED: retry(403),
    ENDED: final(410),
    SOLD_OUT: final(410),
    CLAIM_IN_PROGRESS: retry(409),
    IDEMPOTENCY_KEY_MISSING: final(400),
    IDEMPOTENCY_KEY_REUSED: final(422),
    CLAIM_OF_ANOTHER: final(409),
    TICKET_INVALID: final(400, DROP),
    TICKET_OUTDATED: final(410, DROP),
    TICKET_UNKNOWN: final(404, DROP),
    CLAIMANT_UNKNOWN: final(401),
    DEVICE_NEEDED: retry(401),
    IDENTITY_UNAVAILABLE: retry(503),
    ADDRESS_BANNED: retry(429),
    OVERLOADED: retry(503),
    QUEUE_FULL: retry(503),
    STORE_UNAVAILABLE: retry(503),
    UPSTREAM_UNAVAILABLE: retry(503),
    UPSTREAM_TIMEOUT: retry(504),
    UPSTREAM_INVALID: retry(502),
    NO_ROUTE: final(404),
    REQUEST_INVALID: final(400),
    BODY_TOO_LARGE: final(413),
  }),
);

const PROBLEM = 'application/problem+json';

/** @returns what is wrong with an answer, in a few words; null: nothing, or it is not Spillway's own */
export function findContractFault({ status, document, fields, retryAfterMs }: Reply): string | null {
  if (fields === null) return null;
  const isProblem = fields.contentType.startsWith(PROBLEM);
  const code = fields.code !== '' ? fields.code : isProblem ? document.code : null;
  if (code === null || code === '') return null;
  const row = ANSWER_TABLE.get(code);
  if (status < 400) return `${code} with status ${status}`;
  if (row !== undefined && row.status !== status) return `${code} with status ${status} instead of ${row.status}`;
  if (!isProblem) return `${code} is no problem document`;
  if (fields.code === '') return `${code} without Spillway-Code`;
  if (document.code !== fields.code) return `${code} in the field, ${document.code} in the document`;
  if (!fields.cacheControl.includes('no-store')) return `${code} may be stored`;
  if (row?.retryAfter === 'always' && retryAfterMs === null) return `${code} without Retry-After`;
  if (row?.retryAfter === 'never' && retryAfterMs !== null) return `${code} with Retry-After though it is final`;
  if (code === 'QUEUED' && (document.ticket === null || document.pollAfterMs === null))
    return 'QUEUED without a ticket';
  return null;
}
