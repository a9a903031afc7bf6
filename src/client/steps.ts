/**
 * What a client does after an answer: the public answer table, as a pure function. It never shortens a wait that it
 * was told; to waits without jitter of the gateway's own it adds some, so that a crowd does not come back at once.
 *
 *   claiming ──2xx, or the service's own refusal──▶ done        claiming ──TICKET_*: forget the ticket──▶ claiming
 *      ▲ │ ▲ └──429 with position 0, 409 in progress, 403 not started, 5xx, no answer: later──┐
 *      │ │ └──────────────────────────────────────────────────────────────────────────────────┘
 *      │ └──429 QUEUED──▶ waiting ──`waiting`, 5xx, no answer: later──▶ waiting
 *      └──called, lapsed, claimed, TICKET_*──┴──sold-out, ended, left──▶ done
 */
import { asTicket, type TicketDocument } from './documents.js';
import type { ClaimOutcome } from './outcome.js';
import type { Reply } from './reply.js';

export type Step =
  | { readonly kind: 'done'; readonly outcome: ClaimOutcome }
  /** In line. @member next - what comes after the wait: another poll, or the claim */
  | { readonly kind: 'wait'; readonly place: TicketDocument; readonly afterMs: number; readonly next: 'poll' | 'claim' }
  /** Called, lapsed or claimed: the claim route decides. */
  | { readonly kind: 'come'; readonly place: TicketDocument }
  /** The ticket is worthless: forget it and claim. @member code - why */
  | { readonly kind: 'drop-ticket'; readonly code: string; readonly afterMs: number }
  | { readonly kind: 'not-started'; readonly opensAt: string | null; readonly afterMs: number }
  /** The same again. @member failed - whether it counts as a failure, or is only the crowd's doing */
  | { readonly kind: 'again'; readonly code: string; readonly afterMs: number; readonly failed: boolean };

export interface StepFacts {
  /** Failures in a row before this answer. */
  readonly failures: number;
  readonly random: () => number;
}

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;
const LONGEST_WAIT_MS = 86_400_000;
const JITTER_SHARE = 0.1;
const LONGEST_JITTER_MS = 2000;
/** Without a code of the gateway's: what a proxy in front, or the service, says when it is worth trying again. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);
/** Refusals that only the crowd is the cause of. */
const CROWDED = new Set(['RATE_LIMITED', 'OVERLOADED', 'QUEUE_FULL', 'CLAIM_IN_PROGRESS']);
const TICKET_CODES = new Set(['TICKET_INVALID', 'TICKET_OUTDATED', 'TICKET_UNKNOWN']);

export function afterClaim(reply: Reply, facts: StepFacts): Step {
  if (reply.kind === 'none') return again(reply, 'NETWORK', facts);
  const { status, code, headers, body } = reply;
  if (code !== null) return coded(reply, code, facts);
  const answer = { status, headers, body };
  if (status >= 200 && status < 300) {
    return done({ kind: 'granted', answer, replayed: headers.get('idempotency-replayed') === 'true' });
  }
  return PASSING.has(status) ? again(reply, `HTTP_${status}`, facts) : done({ kind: 'rejected', answer });
}

export function afterPoll(reply: Reply, facts: StepFacts): Step {
  if (reply.kind === 'none') return again(reply, 'NETWORK', facts);
  if (reply.code !== null) return coded(reply, reply.code, facts);
  const place = reply.status === 200 ? asTicket(reply.document) : null;
  if (place !== null) return standing(place, reply, facts);
  // No gateway speaks so: a proxy in front, which may be cured.
  return again(reply, `HTTP_${reply.status}`, facts);
}

/** A wait no shorter than `waitMs`, and a little longer at random. */
export function lengthened(waitMs: number, random: () => number): number {
  return waitMs + Math.min(waitMs * JITTER_SHARE, LONGEST_JITTER_MS) * random();
}

function standing(place: TicketDocument, reply: Reply, facts: StepFacts): Step {
  switch (place.state) {
    case 'called':
    case 'lapsed':
    case 'claimed':
      return { kind: 'come', place };
    case 'sold-out':
    case 'ended':
    case 'left':
      return done({ kind: place.state });
    default:
      return { kind: 'wait', place, afterMs: toldMs(place, reply, facts), next: 'poll' };
  }
}

type Answered = Extract<Reply, { kind: 'reply' }>;

function coded(reply: Answered, code: string, facts: StepFacts): Step {
  if (TICKET_CODES.has(code)) return { kind: 'drop-ticket', code, afterMs: backoffMs(reply, facts) };
  switch (code) {
    case 'QUEUED':
      return queued(reply, facts);
    case 'SOLD_OUT':
      return done({ kind: 'sold-out' });
    case 'ENDED':
      return done({ kind: 'ended' });
    case 'NOT_STARTED': {
      const { opensAt } = reply.document ?? {};
      return {
        kind: 'not-started',
        opensAt: typeof opensAt === 'string' ? opensAt : null,
        afterMs: backoffMs(reply, facts),
      };
    }
    // The cookie that makes the device known came with this answer, unless it has to be worked for.
    case 'DEVICE_NEEDED':
      if (reply.document?.challenge === undefined && facts.failures < 2) return again(reply, code, facts);
      return done({ kind: 'sign-in-needed' });
    case 'CLAIMANT_UNKNOWN':
      return done({ kind: 'sign-in-needed' });
  }
  if (CROWDED.has(code) || PASSING.has(reply.status)) return again(reply, code, facts);
  const { detail } = reply.document ?? {};
  return done({ kind: 'refused', code, status: reply.status, detail: typeof detail === 'string' ? detail : '' });
}

function queued(reply: Answered, facts: StepFacts): Step {
  const place = asTicket(reply.document);
  if (place === null) return again(reply, 'QUEUED', facts);
  const come = place.position === 0 || place.state !== 'waiting' || place.ticket === '';
  return { kind: 'wait', place, afterMs: toldMs(place, reply, facts), next: come ? 'claim' : 'poll' };
}

function again(reply: Reply, code: string, facts: StepFacts): Step {
  return { kind: 'again', code, afterMs: backoffMs(reply, facts), failed: !CROWDED.has(code) };
}

function done(outcome: ClaimOutcome): Step {
  return { kind: 'done', outcome };
}

/** `pollAfterMs` as told, jittered by the gateway already. */
function toldMs(place: TicketDocument, reply: Reply, facts: StepFacts): number {
  const { pollAfterMs } = place;
  return Number.isFinite(pollAfterMs) && pollAfterMs > 0
    ? Math.min(pollAfterMs, LONGEST_WAIT_MS)
    : backoffMs(reply, facts);
}

/** `Retry-After`, or the backoff of so many failures in a row: whichever is longer. */
function backoffMs(reply: Reply, { failures, random }: StepFacts): number {
  const hintMs = reply.kind === 'reply' ? reply.retryAfterMs : null;
  const boundMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** failures);
  if (hintMs !== null && (failures === 0 || hintMs >= boundMs)) {
    return lengthened(Math.min(hintMs, LONGEST_WAIT_MS), random);
  }
  return Math.max(hintMs ?? 0, boundMs * (0.5 + 0.5 * random()));
}
