/**
 * One obedient person of a burst: claims, waits where the answer says so, and comes when called. Pure: told what
 * came back, it says what it does next. It follows the public answer table; a refusal without a code or a hint (of
 * another proxy, or of the claim service itself) is retried after a jittered 250 ms to 1 s, doubled each time in a row.
 *
 *   claiming ──2xx──▶ granted                          claiming ──410, 4xx that trying again cannot cure──▶ refused
 *      ▲ │ ▲ └──429 at position 0, 409, 403 NOT_STARTED, 5xx, no answer: after the hint──┐
 *      │ │ └─────────────────────────────────────────────────────────────────────────────┘
 *      │ └──429 QUEUED──▶ waiting ──`waiting`: after pollAfterMs──▶ waiting
 *      └──called, lapsed──── waiting ──sold-out, ended──▶ refused
 */
import { jittered, type Random } from '../kernel/random.js';
import { type LineDocument, type NoReply, type Reply, readLineDocument } from './reply.js';

export type End =
  | { readonly kind: 'granted' }
  /** A final answer other than a grant. */
  | { readonly kind: 'refused'; readonly code: string }
  /** Was called and, as planned, did not come. */
  | { readonly kind: 'no-show' }
  /** Ran out of patience; `code` is what kept it from a final answer last. */
  | { readonly kind: 'gave-up'; readonly code: string };

export type Move =
  | { readonly kind: 'claim'; readonly afterMs: number }
  | { readonly kind: 'poll'; readonly afterMs: number }
  | { readonly kind: 'stop'; readonly end: End };

const BACKOFF_MS = 625;
const BACKOFF_SHARE = 0.6;
const MAX_BACKOFF_FACTOR = 8;
/** A gateway that keeps calling its own tickets invalid is broken: give the person a final answer then. */
const MAX_DROPPED_TICKETS = 5;
const RETRYABLE = new Set([408, 409, 425, 429, 500, 502, 503, 504]);
const FINAL_CONFLICTS = new Set(['CLAIM_OF_ANOTHER']);

export class Person {
  readonly #comesWhenCalled: boolean;
  readonly #random: Random;
  #droppedTickets = 0;
  #backoffFactor = 1;
  /** The newest ticket, to be sent as `Spillway-Ticket`; null outside the line. */
  ticket: string | null = null;
  /** What kept this person from a final answer last; empty before the first answer. */
  lastObstacle = '';

  constructor(comesWhenCalled: boolean, random: Random) {
    this.#comesWhenCalled = comesWhenCalled;
    this.#random = random;
  }

  afterClaim(reply: Reply | NoReply): Move {
    if (reply.kind === 'none') return this.#retry('claim', reply.error, null);
    if (reply.status >= 200 && reply.status < 300) return { kind: 'stop', end: { kind: 'granted' } };
    const document = readLineDocument(reply.body);
    const code = document.code ?? `HTTP_${reply.status}`;
    if (code === 'QUEUED') return this.#queued(document, reply);
    if (code === 'TICKET_INVALID' || code === 'TICKET_OUTDATED') return this.#dropTicket(code);
    const retryable = (RETRYABLE.has(reply.status) && !FINAL_CONFLICTS.has(code)) || code === 'NOT_STARTED';
    return retryable ? this.#retry('claim', code, reply.retryAfterMs) : refused(code);
  }

  afterPoll(reply: Reply | NoReply): Move {
    if (reply.kind === 'none') return this.#retry('poll', reply.error, null);
    const document = readLineDocument(reply.body);
    if (reply.status === 200) return this.#standing(document, reply);
    const code = document.code ?? `HTTP_${reply.status}`;
    if (RETRYABLE.has(reply.status)) return this.#retry('poll', code, reply.retryAfterMs);
    if (code === 'SOLD_OUT' || code === 'ENDED') return refused(code);
    return this.#dropTicket(code);
  }

  #queued(document: LineDocument, reply: Reply): Move {
    this.lastObstacle = 'QUEUED';
    this.#backoffFactor = 1;
    if (document.ticket !== null) this.ticket = document.ticket;
    const afterMs = document.pollAfterMs ?? reply.retryAfterMs ?? this.#backoffMs();
    if (document.position === 0 || document.state === 'called') return this.#come(afterMs);
    return this.ticket === null ? { kind: 'claim', afterMs } : { kind: 'poll', afterMs };
  }

  #standing(document: LineDocument, reply: Reply): Move {
    this.#backoffFactor = 1;
    if (document.ticket !== null) this.ticket = document.ticket;
    switch (document.state) {
      case 'called':
      case 'lapsed':
        return this.#come(0);
      case 'claimed':
      case 'left':
        return { kind: 'claim', afterMs: 0 };
      case 'sold-out':
        return refused('SOLD_OUT');
      case 'ended':
        return refused('ENDED');
      default:
        this.lastObstacle = 'QUEUED';
        return { kind: 'poll', afterMs: document.pollAfterMs ?? reply.retryAfterMs ?? this.#backoffMs() };
    }
  }

  #come(afterMs: number): Move {
    return this.#comesWhenCalled ? { kind: 'claim', afterMs } : { kind: 'stop', end: { kind: 'no-show' } };
  }

  #dropTicket(code: string): Move {
    this.ticket = null;
    this.lastObstacle = code;
    this.#droppedTickets += 1;
    if (this.#droppedTickets > MAX_DROPPED_TICKETS) return refused(code);
    return { kind: 'claim', afterMs: this.#backoffMs() };
  }

  #retry(kind: 'claim' | 'poll', obstacle: string, hintMs: number | null): Move {
    this.lastObstacle = obstacle;
    return { kind, afterMs: hintMs ?? this.#backoffMs() };
  }

  #backoffMs(): number {
    const afterMs = this.#backoffFactor * jittered(BACKOFF_MS, BACKOFF_SHARE, this.#random);
    this.#backoffFactor = Math.min(MAX_BACKOFF_FACTOR, 2 * this.#backoffFactor);
    return afterMs;
  }
}

function refused(code: string): Move {
  return { kind: 'stop', end: { kind: 'refused', code } };
}
