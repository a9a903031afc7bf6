/**
 * Stops asking a store that does not answer, and finds out by itself when it does again.
 *
 *   closed ──`failuresToOpen` in a row, a refusal of all writes, or connection lost──▶ open
 *   open ──jittered pause over──▶ half-open, which sends one probe
 *   half-open ──probe answered──▶ closed
 *   half-open ──probe failed, or connection lost──▶ open, with twice the pause, up to `maxPauseMs`
 *
 * Only the probe goes to the store while the breaker is not closed; no claim is risked for it. Every call carries
 * the pass it was let through with: what a call of an earlier closed time reports is of no interest any more.
 */
import type { Clock, Timer } from '../kernel/clock.js';
import { jittered, type Random } from '../kernel/random.js';

export type BreakerState = 'closed' | 'open' | 'half-open';
export type BreakerReason =
  | 'failures'
  | 'refused'
  | 'connection-lost'
  | 'pause-over'
  | 'probe-answered'
  | 'probe-failed';
export type BreakerListener = (state: BreakerState, reason: BreakerReason) => void;

export interface BreakerOptions {
  /** Failures in a row that open it. */
  readonly failuresToOpen: number;
  /** Pause before the first probe, in milliseconds; each is jittered by a quarter. */
  readonly pauseMs: number;
  /** Longest pause, in milliseconds. */
  readonly maxPauseMs: number;
}

export const DEFAULT_BREAKER: BreakerOptions = { failuresToOpen: 3, pauseMs: 100, maxPauseMs: 500 };

/** What a call was let through with; null: it was not. */
export type Pass = number | null;

export class StoreBreaker {
  #state: BreakerState = 'closed';
  #failures = 0;
  #pauseMs: number;
  /** One more with every change of state; a pass is the period it was given in. */
  #period = 1;
  #timer: Timer | null = null;
  #stopped = false;
  readonly #listeners = new Set<BreakerListener>();

  /** @param probe - asks the store something harmless; resolves when it answered, in bounded time */
  constructor(
    private readonly probe: () => Promise<unknown>,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly options: BreakerOptions = DEFAULT_BREAKER,
  ) {
    this.#pauseMs = options.pauseMs;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Whether a call may go to the store now. Its end must be reported with the pass. */
  pass(): Pass {
    return this.#state === 'closed' ? this.#period : null;
  }

  /** The store answered, be it with an error. */
  succeeded(pass: number): void {
    if (pass === this.#period) this.#failures = 0;
  }

  /** The store did not answer in time. */
  failed(pass: number): void {
    if (pass !== this.#period || this.#state !== 'closed') return;
    if (++this.#failures >= this.options.failuresToOpen) this.#open('failures');
  }

  /** The store takes no writes. Calls that only read would still succeed, and hide it. */
  refused(pass: number): void {
    if (pass === this.#period && this.#state === 'closed') this.#open('refused');
  }

  /** No need to wait for failures: the socket is gone. */
  connectionLost(): void {
    if (this.#state === 'closed') this.#open('connection-lost');
    else if (this.#state === 'half-open') this.#openLonger('connection-lost');
  }

  /** @returns stops that */
  onChange(listener: BreakerListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends no more probes and changes no more. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #open(reason: BreakerReason): void {
    this.#pauseMs = this.options.pauseMs;
    this.#pause(reason);
  }

  #openLonger(reason: BreakerReason): void {
    this.#pauseMs = Math.min(this.#pauseMs * 2, this.options.maxPauseMs);
    this.#pause(reason);
  }

  #pause(reason: BreakerReason): void {
    this.#become('open', reason);
    if (this.#stopped) return;
    this.#timer = this.clock.after(jittered(this.#pauseMs, 0.25, this.random), () => this.#tryOne());
  }

  #tryOne(): void {
    this.#become('half-open', 'pause-over');
    const period = this.#period;
    // A probe that is answered after its half-open time ended moves nothing.
    const settle = (answered: boolean): void => {
      if (period !== this.#period) return;
      if (answered) this.#become('closed', 'probe-answered');
      else this.#openLonger('probe-failed');
    };
    this.probe().then(
      () => settle(true),
      () => settle(false),
    );
  }

  #become(state: BreakerState, reason: BreakerReason): void {
    if (this.#stopped) return;
    this.#state = state;
    this.#period++;
    this.#failures = 0;
    for (const listener of this.#listeners) listener(state, reason);
  }
}
