/** Time of a client. Its timers keep a process alive, since somebody waits for what comes after them. */
export interface ClientClock {
  /** Milliseconds since the Unix epoch. */
  wallMs(): number;
  /** Milliseconds from an arbitrary origin; never goes back. */
  monotonicMs(): number;
  /** Calls `run` once, about `delayMs` from now. @returns what cancels it */
  after(delayMs: number, run: () => void): () => void;
}

/** What a timer can hold: beyond 2^31 - 1 ms it would fire at once. */
const LONGEST_TIMER_MS = 2_000_000_000;

export const clientClock: ClientClock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const handle = setTimeout(run, Math.min(delayMs, LONGEST_TIMER_MS));
    return () => clearTimeout(handle);
  },
};

/**
 * Resolves when `delayMs` have passed, and never before: timers fire up to a millisecond early, and are armed again.
 * @throws the reason of `signal` when it aborts first
 */
export function pause(clock: ClientClock, delayMs: number, signal: AbortSignal): Promise<void> {
  const untilMs = clock.monotonicMs() + delayMs;
  return new Promise((resolve, reject) => {
    let cancel = (): void => undefined;
    const stop = (): void => {
      cancel();
      reject(signal.reason);
    };
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    const check = (): void => {
      const leftMs = untilMs - clock.monotonicMs();
      if (leftMs > 0) {
        cancel = clock.after(leftMs, check);
        return;
      }
      signal.removeEventListener('abort', stop);
      resolve();
    };
    check();
  });
}
