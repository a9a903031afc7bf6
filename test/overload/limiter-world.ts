/**
 * A discrete-event simulation of a service behind a limiter: workers that take so long for a request, a queue before
 * them, clients that give up, and a crowd that arrives by a rate. Seeded: the same world gives the same numbers.
 */

import type { LimitLaw } from '../../src/overload/limit-law.js';
import { LawLimiter, type Slot } from '../../src/overload/limiter.js';
import { seededRandom } from '../../src/replay/seeded-random.js';
import { type Timed, TimerHeap } from '../../src/simulate/timer-heap.js';

export interface World {
  readonly law: LimitLaw;
  readonly seconds: number;
  /** Requests that arrive per second, at a time in seconds. */
  readonly arrivals: (atS: number) => number;
  readonly workers?: number;
  readonly serviceMs: (atS: number) => number;
  /** How a request that arrives at the service at this time fails; null: it is served. */
  readonly fault?: (atS: number) => 'refused' | 'never answered' | null;
  readonly timeoutMs?: number;
  /** Share of clients that leave a while after their request was sent. */
  readonly abortShare?: number;
  readonly seed?: number;
}

export interface Moment {
  readonly atS: number;
  readonly limit: number;
  readonly inFlight: number;
  /** Median of the answers since the last moment, in milliseconds; 0: none. */
  readonly latencyMs: number;
  /** Served per second since the last moment. */
  readonly served: number;
  readonly dropped: number;
}

interface Event extends Timed {
  readonly run: () => void;
}

/** Somebody who finds no slot waits, with at most so many others. */
const MOST_WAITING = 500;
const LOOK_MS = 250;

export function simulate(world: World): Moment[] {
  return new Run(world).moments();
}

/** Mean of a figure over the moments from one second to another. */
export function mean(moments: readonly Moment[], figure: keyof Moment, fromS: number, toS: number): number {
  const some = moments.filter(({ atS }) => atS > fromS && atS <= toS);
  return some.reduce((sum, moment) => sum + moment[figure], 0) / some.length;
}

class Run {
  #nowUs = 0;
  #order = 0;
  readonly #events = new TimerHeap<Event>();
  readonly #random: () => number;
  readonly #limiter: LawLimiter;
  #waiting = 0;
  #busy = 0;
  #queue: Array<() => void> = [];
  #latenciesMs: number[] = [];
  #dropped = 0;
  #served = 0;

  constructor(private readonly world: World) {
    this.#random = seededRandom(world.seed ?? 1);
    this.#limiter = new LawLimiter(world.law, { monotonicUs: () => this.#nowUs });
  }

  moments(): Moment[] {
    const moments: Moment[] = [];
    this.#arrive();
    for (let ms = LOOK_MS; ms <= this.world.seconds * 1000; ms += LOOK_MS) {
      while (this.#events.first !== undefined && this.#events.first.atUs <= ms * 1000) {
        const { atUs, run } = this.#events.first;
        this.#events.pop();
        this.#nowUs = atUs;
        run();
      }
      moments.push(this.#look(ms / 1000));
    }
    return moments;
  }

  #look(atS: number): Moment {
    const sorted = this.#latenciesMs.sort((a, b) => a - b);
    const { limit, inFlight } = this.#limiter;
    const latencyMs = sorted[Math.floor(sorted.length / 2)] ?? 0;
    const perSecond = 1000 / LOOK_MS;
    const moment = { atS, limit, inFlight, latencyMs, served: this.#served * perSecond, dropped: this.#dropped };
    this.#latenciesMs = [];
    this.#dropped = this.#served = 0;
    return moment;
  }

  get #atS(): number {
    return this.#nowUs / 1e6;
  }

  #after(ms: number, run: () => void): void {
    this.#events.push({ atUs: this.#nowUs + Math.round(ms * 1000), order: this.#order++, run });
  }

  #arrive(): void {
    const rate = Math.max(0.001, this.world.arrivals(this.#atS));
    this.#after(Math.min(1000, (-Math.log(1 - this.#random()) / rate) * 1000), () => {
      this.#waiting = Math.min(MOST_WAITING, this.#waiting + 1);
      this.#send();
      this.#arrive();
    });
  }

  #send(): void {
    while (this.#waiting > 0) {
      const slot = this.#limiter.acquire();
      if (slot === null) return;
      this.#waiting--;
      this.#request(slot);
    }
  }

  #request(slot: Slot): void {
    const { fault, timeoutMs = 1000, abortShare = 0 } = this.world;
    const sentUs = this.#nowUs;
    let open = true;
    const end = (how: 'success' | 'dropped' | 'ignored'): void => {
      if (!open) return;
      open = false;
      if (how === 'success') {
        this.#latenciesMs.push((this.#nowUs - sentUs) / 1000);
        this.#served++;
      } else if (how === 'dropped') this.#dropped++;
      slot[how]();
      this.#send();
    };
    this.#after(timeoutMs, () => end('dropped'));
    if (this.#random() < abortShare) this.#after(1, () => end('ignored'));
    const how = fault?.(this.#atS) ?? null;
    if (how === 'refused') this.#after(1, () => end('dropped'));
    else if (how === null) this.#serve(() => end('success'));
  }

  #serve(done: () => void): void {
    const { workers = 20, serviceMs } = this.world;
    if (this.#busy >= workers) {
      this.#queue.push(() => this.#serve(done));
      return;
    }
    this.#busy++;
    this.#after(serviceMs(this.#atS) * (0.8 + 0.4 * this.#random()), () => {
      this.#busy--;
      done();
      this.#queue.shift()?.();
    });
  }
}
