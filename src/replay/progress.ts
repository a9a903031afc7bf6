/**
 * What a running burst looks like, once a second: on a terminal rewritten in place under a small picture of the
 * curve, elsewhere one plain line after the other.
 */
import type { Clock, Timer } from '../kernel/clock.js';
import { whole } from './report-text.js';
import { sparkline } from './sparkline.js';
import type { Tally } from './tally.js';

/** Where lines go; `process.stdout` is one. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

/** What a burst has counted up to now. */
export interface Glance {
  readonly arrived: number;
  readonly requests: number;
  readonly granted: number;
  readonly waiting: number;
  readonly refused: number;
  readonly failed: number;
  readonly ended: number;
  readonly latencyP99Ms: number;
  readonly slipP99Ms: number;
}

export const NOTHING_SEEN: Glance = {
  arrived: 0,
  requests: 0,
  granted: 0,
  waiting: 0,
  refused: 0,
  failed: 0,
  ended: 0,
  latencyP99Ms: 0,
  slipP99Ms: 0,
};

export function glance(tally: Tally): Glance {
  const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((all, one) => all + one, 0);
  return {
    arrived: tally.arrived,
    requests: tally.requests,
    granted: tally.granted,
    waiting: tally.waiting,
    refused: sum(tally.refused),
    failed: sum(tally.errors),
    ended: tally.ended,
    latencyP99Ms: tally.latencyUs.getValueAtPercentile(99) / 1000,
    slipP99Ms: tally.slipUs.getValueAtPercentile(99) / 1000,
  };
}

/** Of several processes; the worst percentile of all stands for the percentile of all. */
export function addGlances(a: Glance, b: Glance): Glance {
  return {
    arrived: a.arrived + b.arrived,
    requests: a.requests + b.requests,
    granted: a.granted + b.granted,
    waiting: a.waiting + b.waiting,
    refused: a.refused + b.refused,
    failed: a.failed + b.failed,
    ended: a.ended + b.ended,
    latencyP99Ms: Math.max(a.latencyP99Ms, b.latencyP99Ms),
    slipP99Ms: Math.max(a.slipP99Ms, b.slipP99Ms),
  };
}

const EVERY_MS = 1000;
const PICTURE_SECONDS = 60;
const CLEAR_DOWN = '\r\u001b[J';
const UP_ONE = '\u001b[1A';

export class Progress {
  readonly #startUs: number;
  #timer: Timer | null = null;
  #last = NOTHING_SEEN;
  #drawn = false;
  readonly #offered: number[] = [];
  readonly #waiting: number[] = [];

  constructor(
    private readonly look: () => Glance,
    private readonly clock: Clock,
    private readonly out: Output,
  ) {
    this.#startUs = clock.monotonicUs();
    this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#clear();
  }

  #arm(): void {
    this.#timer = this.clock.after(EVERY_MS, () => {
      this.#draw(this.look());
      this.#arm();
    });
  }

  #draw(now: Glance): void {
    this.#offered.push(now.arrived - this.#last.arrived);
    this.#waiting.push(now.waiting);
    const line = this.#line(now);
    this.#last = now;
    if (!this.out.isTTY) {
      this.out.write(`${line}\n`);
      return;
    }
    this.#clear();
    const picture = `      ${sparkline(this.#offered, PICTURE_SECONDS)} arriving   ${sparkline(this.#waiting, PICTURE_SECONDS)} waiting`;
    this.out.write(`${picture}\n${line}`);
    this.#drawn = true;
  }

  #clear(): void {
    if (this.#drawn) this.out.write(`${UP_ONE}${CLEAR_DOWN}`);
    this.#drawn = false;
  }

  #line(now: Glance): string {
    const second = Math.round((this.clock.monotonicUs() - this.#startUs) / 1e6);
    return (
      `${String(second).padStart(3)} s  arrived ${whole(now.arrived)} (${now.arrived - this.#last.arrived}/s)` +
      `  granted ${whole(now.granted)} (${now.granted - this.#last.granted}/s)  waiting ${whole(now.waiting)}` +
      `  refused ${whole(now.refused)}  failed ${whole(now.failed)}` +
      `  sent ${whole(now.requests - this.#last.requests)}/s  p99 ${now.latencyP99Ms.toFixed(0)} ms` +
      `  slip p99 ${now.slipP99Ms.toFixed(1)} ms`
    );
  }
}
