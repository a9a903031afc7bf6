/**
 * One request to a service, from hand-over to the last byte of its answer.
 *
 *   queued ──connection ready──▶ writing ──first byte──▶ sent ──head──▶ answering ──last byte──▶ done
 *     │ ▲   └── may not leave yet: queued again when it may                                      ▲
 *     │ cannot connect: another target, once                                                     │
 *     └──────────── fault: refused, reset, time-out, garbage, abort (from any state) ────────────┘
 *
 * When the first byte leaves is known exactly: a request without a body or with a buffered one is written in the turn in
 * which `departs` says so; a streamed body's head is written with its first bytes, of which `sent` tells. What was handed to
 * the kernel counts as sent: whether the other side read it, nobody can say.
 */
import { Readable } from 'node:stream';
import type { Leaver } from '../admission/departures.js';
import type { Clock, Timer } from '../kernel/clock.js';
import type { TargetEnd, Trip } from '../overload/targets.js';
import type { Carrier, Handler, WireFault, WireRequest } from '../wire/handler.js';
import type { AnswerSink, Handover } from './answer-sink.js';
import { responseHeaders } from './response-headers.js';
import { faultOf, type UpstreamFault } from './upstream-fault.js';

/** A request whose fields are from `requestHeaders`; a streamed body is destroyed when the exchange ends before it does. */
export interface UpstreamRequest extends WireRequest {
  /** May be added to until it is handed over. */
  readonly headers: string[];
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

export class Exchange implements Handover, Leaver, Handler {
  #timer: Timer | null = null;
  #carrier: Carrier | null = null;
  #sent = false;
  #headDelivered = false;
  #done = false;
  #retried = false;
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
      // Also between two attempts, when nobody else listens.
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
    if (!this.#done) this.#carrier?.resume(this);
  }

  get isOver(): boolean {
    return this.#done;
  }

  departs(carrier: Carrier): boolean {
    if (this.#done) return false;
    if (!this.mayLeave(this)) {
      this.#endTrip('ignored');
      return false;
    }
    this.#carrier = carrier;
    if (!(this.request.body instanceof Readable)) this.#sent = true;
    return true;
  }

  sent(): void {
    this.#sent = true;
  }

  head(status: number, reason: string, fields: string[]): void {
    if (this.#done) return;
    this.#headDelivered = true;
    this.#status = status;
    this.sink.head(status, reason, responseHeaders(fields, status, this.request.kept));
  }

  data(chunk: Buffer): boolean {
    return this.#done || this.sink.data(chunk);
  }

  end(): void {
    if (this.#done) return;
    this.#endTrip(this.#status >= 500 ? 'failed' : 'served');
    this.#finish();
    this.sink.end();
  }

  failed(fault: WireFault): void {
    if (this.#done) return;
    if (fault.kind === 'unconnected' && !this.#retried) {
      this.#retried = true;
      if (this.#tryAnother()) return;
    }
    this.#fail(faultOf(fault, this.#sent, this.#headDelivered));
  }

  /** A timer that fires late, after a pause of our own, must not outrun an answer that waits in the kernel. */
  readonly #judge = (): void => {
    this.clock.afterTurn(() => {
      if (!this.#done) this.#fail(this.#fault('timeout', `no complete answer within ${this.timeoutMs} ms`, null));
    });
  };

  readonly #onUploadError = (error: unknown): void => {
    if (!this.#done) this.#fail(this.#fault('aborted', 'the upload broke off', error));
  };

  #fault(kind: UpstreamFault['kind'], detail: string, cause: unknown): UpstreamFault {
    return { kind, outcome: this.#sent ? 'unknown' : 'not-sent', afterHead: this.#headDelivered, detail, cause };
  }

  #fail(fault: UpstreamFault): void {
    this.#endTrip(endOf(fault));
    this.#finish();
    const carrier = this.#carrier;
    if (carrier !== null && fault.kind === 'timeout') this.way.cutLater(() => carrier.cut(this));
    else carrier?.cut(this);
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
