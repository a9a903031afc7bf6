/** How busy this process is, looked at from inside. */
import { performance } from 'node:perf_hooks';

export interface Load {
  /** Share of time the event loop was busy since the last look, 0 to 1. */
  readonly utilization: number;
  /** How late the event loop came back to its timers at the worst, since the last look, in milliseconds. */
  readonly loopDelayMs: number;
  /** How long the oldest claim has waited to be asked about, in milliseconds. */
  readonly queueWaitMs: number;
}

export interface LoadProbe {
  look(): Load;
}

const TICK_MS = 20;

export class EventLoopProbe implements LoadProbe {
  #since = performance.eventLoopUtilization();
  #dueMs = performance.now() + TICK_MS;
  #worstMs = 0;
  readonly #ticker = setInterval(() => this.#tick(), TICK_MS).unref();

  /** @param queueWaitMs - how long the oldest claim has waited to be asked about */
  constructor(private readonly queueWaitMs: () => number) {}

  look(): Load {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#since);
    this.#since = now;
    const loopDelayMs = Math.max(this.#worstMs, performance.now() - this.#dueMs);
    this.#worstMs = 0;
    return { utilization, loopDelayMs, queueWaitMs: this.queueWaitMs() };
  }

  stop(): void {
    clearInterval(this.#ticker);
  }

  #tick(): void {
    const nowMs = performance.now();
    this.#worstMs = Math.max(this.#worstMs, nowMs - this.#dueMs);
    this.#dueMs = nowMs + TICK_MS;
  }
}
