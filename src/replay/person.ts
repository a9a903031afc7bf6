/**
 * One person of a burst: claims, waits where the answer says so, and comes when called, or does otherwise as its
 * manners are. Pure: told what came back, it says what it does next. It follows the public answer table; a refusal
 * without a code or a hint (of another proxy, or of the claim service itself) is retried after a jittered 250 ms to
 * 1 s, doubled each time in a row.
 *
 *   claiming ──2xx──▶ granted                          claiming ──410, 4xx that trying again cannot cure──▶ refused
 *      ▲ │ ▲ └──429 at position 0, 409, 403 NOT_STARTED, 5xx, no answer: after the hint──┐
 *      │ │ └─────────────────────────────────────────────────────────────────────────────┘
 *      │ └──429 QUEUED──▶ waiting ──`waiting`: after pollAfterMs──▶ waiting
 *      └──called, lapsed──── waiting ──sold-out, ended──▶ refused
 *                            waiting ──had enough──▶ leaving ──▶ left
 */
import { jittered, type Random } from '../kernel/random.js';
import type { Manners } from './client-models.js';
import type { End, Move, Step } from './move.js';
import type { PromisedWait } from './promised-wait.js';
import type { LineDocument, NoReply, Reply } from './reply.js';

const BACKOFF_MS = 625;
const BACKOFF_SHARE = 0.6;
const MAX_BACKOFF_FACTOR = 8;
/** A gateway that keeps calling its own tickets invalid is broken: give the person a final answer then. */
const MAX_DROPPED_TICKETS = 5;
const RETRYABLE = new Set([408, 409, 425, 429, 500, 502, 503, 504]);
const FINAL_CONFLICTS = new Set(['CLAIM_OF_ANOTHER']);

export class Person {
  readonly #random: Random;
  #droppedTickets = 0;
  #backoffFactor = 1;
  /** What is left of its stay in line, in milliseconds; set when it joins. */
  #staysMs = Number.POSITIVE_INFINITY;
  /** The newest ticket; null outside the line. */
  ticket: string | null = null;
  inLine = false;
  /** It has claimed with a ticket of its own making. */
  forged = false;
  /** What it does next. */
  step: Step = 'claim';
  /** The first wait it was promised; null: none yet. */
  promised: PromisedWait | null = null;
  /** What kept this person from a final answer last; empty before the first answer. */
  lastObstacle = '';

  constructor(
    readonly manners: Manners,
    random: Random,
    /** In which it claims. */
    readonly name = '',
  ) {
    this.#random = random;
  }

  /** The ticket it claims with; null: none. Who repeats blindly keeps none. */
  get claimsWith(): string | null {
    if (this.ticket === null || this.manners.retryMs !== null) return null;
    if (!this.manners.forges) return this.ticket;
    this.forged = true;
    return altered(this.ticket);
  }

  /** It does nothing but poll as it is told, and nothing went wrong yet that would be remembered. */
  get waitsOnly(): boolean {
    return this.step === 'poll' && this.inLine && this.manners.leavesAfterMs === null && this.#droppedTickets === 0;
  }

  /** Goes on as one that waits with `ticket`, and polls next. */
  resume(ticket: string, promised: PromisedWait): void {
    this.ticket = ticket;
    this.promised = promised;
    this.inLine = true;
    this.step = 'poll';
    this.lastObstacle = 'QUEUED';
  }

  afterClaim(reply: Reply | NoReply): Move {
    if (reply.kind === 'none') return this.#retry('claim', reply.error, null);
    if (reply.status >= 200 && reply.status < 300) return stop({ kind: 'granted' });
    const { document } = reply;
    const code = document.code ?? `HTTP_${reply.status}`;
    if (this.forged) return stop({ kind: 'caught', code });
    if (code === 'QUEUED') return this.#queued(document, reply);
    if (code === 'TICKET_INVALID' || code === 'TICKET_OUTDATED') return this.#dropTicket(code);
    const retryable = (RETRYABLE.has(reply.status) && !FINAL_CONFLICTS.has(code)) || code === 'NOT_STARTED';
    return retryable ? this.#retry('claim', code, reply.retryAfterMs) : refused(code);
  }

  afterPoll(reply: Reply | NoReply): Move {
    if (reply.kind === 'none') return this.#retry('poll', reply.error, null);
    const { document } = reply;
    if (reply.status === 200) return this.#standing(document, reply);
    const code = document.code ?? `HTTP_${reply.status}`;
    if (RETRYABLE.has(reply.status)) return this.#retry('poll', code, reply.retryAfterMs);
    if (code === 'SOLD_OUT' || code === 'ENDED') return refused(code);
    return this.#dropTicket(code);
  }

  #queued(document: LineDocument, reply: Reply): Move {
    this.lastObstacle = 'QUEUED';
    this.#backoffFactor = 1;
    this.#join();
    this.#remember(document);
    if (this.manners.retryMs !== null) return { kind: 'claim', afterMs: this.manners.retryMs };
    if (this.manners.forges) return { kind: 'claim', afterMs: 0 };
    const afterMs = document.pollAfterMs ?? reply.retryAfterMs ?? this.#backoffMs();
    if (document.position === 0 || document.state === 'called') return this.#come(afterMs);
    return this.#wait(this.ticket === null ? 'claim' : 'poll', afterMs);
  }

  #standing(document: LineDocument, reply: Reply): Move {
    this.#backoffFactor = 1;
    this.#remember(document);
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
        return this.#wait('poll', document.pollAfterMs ?? reply.retryAfterMs ?? this.#backoffMs());
    }
  }

  #remember({ ticket, etaSeconds }: LineDocument): void {
    if (ticket !== null) this.ticket = ticket;
    if (etaSeconds !== null) this.promised ??= { minMs: etaSeconds.min * 1000, maxMs: etaSeconds.max * 1000 };
  }

  #join(): void {
    if (this.inLine) return;
    this.inLine = true;
    const { leavesAfterMs } = this.manners;
    if (leavesAfterMs !== null) this.#staysMs = -Math.log(1 - this.#random()) * leavesAfterMs;
  }

  #wait(kind: 'claim' | 'poll', toldMs: number): Move {
    const afterMs = this.manners.pollMs(toldMs, this.#random);
    if (afterMs > this.#staysMs) return { kind: 'leave', afterMs: this.#staysMs };
    this.#staysMs -= afterMs;
    return { kind, afterMs };
  }

  #come(afterMs: number): Move {
    return this.manners.comes ? { kind: 'claim', afterMs } : stop({ kind: 'no-show' });
  }

  #dropTicket(code: string): Move {
    this.ticket = null;
    this.inLine = false;
    this.lastObstacle = code;
    this.#droppedTickets += 1;
    if (this.#droppedTickets > MAX_DROPPED_TICKETS) return refused(code);
    return { kind: 'claim', afterMs: this.#backoffMs() };
  }

  #retry(kind: 'claim' | 'poll', obstacle: string, hintMs: number | null): Move {
    this.lastObstacle = obstacle;
    return { kind, afterMs: this.manners.retryMs ?? hintMs ?? this.#backoffMs() };
  }

  #backoffMs(): number {
    const afterMs = this.#backoffFactor * jittered(BACKOFF_MS, BACKOFF_SHARE, this.#random);
    this.#backoffFactor = Math.min(MAX_BACKOFF_FACTOR, 2 * this.#backoffFactor);
    return afterMs;
  }
}

function stop(end: End): Move {
  return { kind: 'stop', end };
}

function refused(code: string): Move {
  return stop({ kind: 'refused', code });
}

/** The ticket with its middle character replaced. */
function altered(ticket: string): string {
  const at = ticket.length >> 1;
  return `${ticket.slice(0, at)}${ticket[at] === 'A' ? 'B' : 'A'}${ticket.slice(at + 1)}`;
}
