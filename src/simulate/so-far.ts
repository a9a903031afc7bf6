/** How far a long simulation has come, for whoever waits for it. */
import { whole } from '../replay/report-text.js';
import type { Tally } from '../replay/tally.js';

export interface SoFar {
  /** How much time went by in it, and how long it has taken, in milliseconds. */
  readonly virtualMs: number;
  readonly tookMs: number;
  readonly arrived: number;
  readonly granted: number;
  readonly waiting: number;
  readonly requests: number;
}

export type Told = (soFar: SoFar) => void;

/** Told so often, in milliseconds of the machine's own time. */
export const TOLD_EVERY_MS = 10_000;

export class Reporter {
  readonly #beganMs = performance.now();
  #toldMs = this.#beganMs;

  constructor(
    private readonly told: Told,
    private readonly everyMs: number,
  ) {}

  get tookMs(): number {
    return performance.now() - this.#beganMs;
  }

  /** Asked all the time; says something now and then. */
  look({ arrived, granted, waiting, requests }: Tally, virtualMs: number): void {
    const nowMs = performance.now();
    if (nowMs - this.#toldMs < this.everyMs) return;
    this.#toldMs = nowMs;
    this.told({ virtualMs, tookMs: nowMs - this.#beganMs, arrived, granted, waiting, requests });
  }
}

export function renderSoFar({ virtualMs, tookMs, arrived, granted, waiting, requests }: SoFar): string {
  const seconds = (ms: number): string => `${whole(Math.round(ms / 1000))} s`;
  return (
    `${seconds(tookMs)}: ${seconds(virtualMs)} simulated  arrived ${whole(arrived)}  granted ${whole(granted)}` +
    `  waiting ${whole(waiting)}  requests ${whole(requests)}\n`
  );
}
