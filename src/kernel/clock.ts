/**
 * Time, injected. Two scales that must not be mixed: `wallMs` for what people and other machines read,
 * `monotonicUs` for every interval the gateway itself measures. A jump of the wall clock moves no interval.
 */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since the Unix epoch; may jump either way. */
  wallMs(): number;
  /** Whole microseconds from an arbitrary origin; never goes back. */
  monotonicUs(): number;
  /** Calls `run` once, `delayMs` or more from now. The timer does not keep the process alive. */
  after(delayMs: number, run: () => void): Timer;
  /** Calls `run` once, after the events of this turn of the event loop have been handled. */
  afterTurn(run: () => void): void;
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicUs: () => Math.floor(performance.now() * 1000),
  after(delayMs, run) {
    const handle = setTimeout(run, delayMs);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
  afterTurn(run) {
    setImmediate(run);
  },
};
