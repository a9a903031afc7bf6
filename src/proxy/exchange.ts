/**
 * One request at undici, from hand-over to the last byte of its answer.
 *
 *   queued ──connection ready──▶ writing ──first byte──▶ sent ──head──▶ answering ──last byte──▶ done
 *     │ ▲   └── may not leave yet: queued again when it may                                      ▲
 *     │ cannot connect: another target, once                                                     │
 *     └──────────── fault: refused, reset, time-out, garbage, abort (from any state) ────────────┘
 *
 * When the first byte leaves is known exactly. undici calls `onConnect` in the same turn in which it writes the
 * head of a request without a body or with a buffered one; before that nothing is on the wire, and a throw from
 * `onConnect` takes the request out with its connection unharmed. A streamed body's head is written together
 * with its first chunk, reported by `onBodySent`, or at its end, reported by `onRequestSent`. What was handed to
 * the kernel counts as sent: whether the other side read it, nobody can say. undici never repeats a request.
 *
 * This is the handler interface with raw headers: the newer one builds an object of every answer's headers.
 */
import { Readable } from 'node:stream';
import { type Dispatcher, errors } from 'undici';
import type { Leaver } from '../admission/departures.js';
import type { Clock, Timer } from '../kernel/clock.js';
import type { TargetEnd, Trip } from '../overload/targets.js';
import type { AnswerSink, Handover } from './answer-sink.js';
import { isFieldValue } from './header-fields.js';
import { responseHeaders } from './response-headers.js';
import { faultOf, isConnectFault, type UpstreamFault } from './upstream-fault.js';

/** A request as it is to be written. It is not changed, and may be written again to another target. */
export interface UpstreamRequest {
  readonly method: string;
  /** Origin form: path and query. */
  readonly path: string;
  /** Name, value, name, value …; from `requestHeaders`. */
  readonly headers: string[];
  /** A stream is written as it comes, with backpressure, and destroyed when the exchange ends before it does. */
  readonly body: Buffer | Readable | null;
  /** In lower case: a field of Spillway's own that the answer may have, for the sink to take out; left out: none. */
  readonly kept?: string;
}

/** Where requests go, and who hears what became of them there. */
export interface Way {
  /**
   * Puts a request to a target.
   * @param except - the one that has just refused it; -1: none
   * @returns false when there is none
   */
  attempt(request: UpstreamRequest, exchange: Exchange, except: number): boolean;
  ended(trip: Trip, end: TargetEnd): void;
  /** Cuts a connection that was too slow, soon: whoever waited for it is told first. */
  cutLater(cut: () => void): void;
}

/**
 * Asked whenever a request would be written, in that turn.
 * @returns false: it does not leave now, and hears when it may try again
 */
export type MayLeave = (leaver: Leaver) => boolean;

/** For what nobody counts. */
export const AT_ONCE: MayLeave = () => true;

/** Takes a request out of its connection again, which stays unharmed. */
export class NotYet extends Error {
  constructor() {
    super('not written yet');
  }
}

const NOT_YET = new NotYet();
const CANCELLED = new Error('cancelled before it was written');

export class Exchange implements Handover, Leaver, Dispatcher.DispatchHandler {
  #timer: Timer | null = null;
  #cut: ((error?: Error) => void) | null = null;
  #goOn: (() => void) | null = null;
  #sent = false;
  #headDelivered = false;
  #done = false;
  #retried = false;
  #uploadBroke = false;
  #status = 0;
  /** At the target tried last; null before the first, and when it is over. */
  trip: Trip | null = null;

  constructor(
    private readonly request: UpstreamRequest,
    private readonly sink: AnswerSink,
    private readonly clock: Clock,
    private readonly timeoutMs: number,
    private readonly way: Way,
    private readonly mayLeave: MayLeave = AT_ONCE,
  ) {}

  start(): void {
    const { body } = this.request;
    this.sink.begin(this);
    if (this.#done) return;
    if (body instanceof Readable) {
      // Heard before undici hears it, which tells an upload that breaks from a connection that takes it down;
      // and heard between two attempts, when nobody else listens.
      body.on('error', this.#onUploadError);
      if (body.destroyed) {
        this.#fail(this.#fault('aborted', 'the upload had broken off', body.errored));
        return;
      }
    }
    this.#timer = this.clock.after(this.timeoutMs, this.#judge);
    this.leave();
  }

  leave(): void {
    if (this.#done || this.way.attempt(this.request, this, -1)) return;
    this.#fail(this.#fault('unavailable', 'no target takes requests now', null));
  }

  stay(): void {
    if (!this.#done) this.#fail(this.#fault('unavailable', 'the door was shut before it could leave', null));
  }

  abort(): void {
    if (this.#done) return;
    this.#fail(this.#fault('aborted', 'ended before its answer was complete', null));
  }

  resume(): void {
    if (!this.#done) this.#goOn?.();
  }

  onConnect(cut: (error?: Error) => void): void {
    if (this.#done) throw CANCELLED;
    if (!this.mayLeave(this)) throw NOT_YET;
    this.#cut = cut;
    if (!(this.request.body instanceof Readable)) this.#sent = true;
  }

  onBodySent(): void {
    this.#sent = true;
  }

  onRequestSent(): void {
    this.#sent = true;
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void, reason: string): boolean {
    // Interim answers (102, 103) say nothing final, and what they hint at is between the service and the gateway.
    if (this.#done || status < 200) return true;
    const headers = responseHeaders(raw, status, this.request.kept);
    if (!Array.isArray(headers)) {
      this.#fail(this.#fault('invalid', headers.invalid, null));
      return true;
    }
    this.#goOn = resume;
    this.#headDelivered = true;
    this.#status = status;
    this.sink.head(status, isFieldValue(reason) ? reason : '', headers);
    return true;
  }

  onData(chunk: Buffer): boolean {
    return this.#done || this.sink.data(chunk);
  }

  onComplete(): void {
    if (this.#done) return;
    this.#endTrip(this.#status >= 500 ? 'failed' : 'served');
    this.#finish();
    this.sink.end();
  }

  onError(error: Error): void {
    if (this.#done) return;
    if (error instanceof NotYet) {
      this.#endTrip('ignored');
      return;
    }
    if (this.#uploadBroke || error instanceof errors.RequestAbortedError) {
      this.#fail(this.#fault('aborted', 'the upload broke off', error));
      return;
    }
    if (this.#cut === null && !this.#retried && isConnectFault(error)) {
      this.#retried = true;
      if (this.#tryAnother()) return;
    }
    this.#fail(faultOf(error, this.#sent, this.#headDelivered));
  }

  /** A timer that fires late, after a pause of our own, must not outrun an answer that waits in the kernel. */
  readonly #judge = (): void => {
    this.clock.afterTurn(() => {
      if (!this.#done) this.#fail(this.#fault('timeout', `no complete answer within ${this.timeoutMs} ms`, null));
    });
  };

  readonly #onUploadError = (): void => {
    this.#uploadBroke = true;
  };

  #fault(kind: UpstreamFault['kind'], detail: string, cause: unknown): UpstreamFault {
    return { kind, outcome: this.#sent ? 'unknown' : 'not-sent', afterHead: this.#headDelivered, detail, cause };
  }

  #fail(fault: UpstreamFault): void {
    this.#endTrip(endOf(fault));
    this.#finish();
    const cut = this.#cut;
    if (cut !== null && fault.kind === 'timeout') this.way.cutLater(() => cut(CANCELLED));
    else cut?.(CANCELLED);
    this.sink.fault(fault);
  }

  /** Nothing has left yet: another target may take it. */
  #tryAnother(): boolean {
    const refusing = this.trip?.target ?? -1;
    this.#endTrip('fault');
    return this.way.attempt(this.request, this, refusing);
  }

  #endTrip(end: TargetEnd): void {
    if (this.trip === null) return;
    this.way.ended(this.trip, end);
    this.trip = null;
  }

  #finish(): void {
    this.#done = true;
    this.#timer?.cancel();
    const { body } = this.request;
    if (body instanceof Readable && !body.destroyed) body.destroy();
  }
}

/** A client that reads slowly, or leaves, is none of the target's doing. */
function endOf({ kind, afterHead }: UpstreamFault): TargetEnd {
  if (kind === 'invalid') return 'failed';
  return kind === 'aborted' || (kind === 'timeout' && afterHead) ? 'ignored' : 'fault';
}
