/**
 * Whole lines: 390 claims a second, burst 20, 20 at a time of 50 ms each, 3,000 people, gateways that share one store.
 * Seeds are fixed: the same run every time.
 */
import { expect } from '@jest/globals';
import type { CampaignStore } from '../../src/admission/exchange.js';
import { ServedPeople } from '../../src/replay/fairness.js';
import { excessOverBound, leastInWindow } from './measures.js';
import { SimulatedClock } from './simulated-clock.js';
import { type Pace, SimulatedService, World, type WorldOptions } from './simulated-line.js';
import { type Crowd, Crowds } from './simulated-people.js';

export const RATE = 390;
export const BURST = 20;
export const SLOTS = 20;
const TRIP_MS = 0.3;
/** What a world takes to start. */
const START_MS = 10;

/** A store at the other end of a network. */
function faraway(clock: SimulatedClock): NonNullable<WorldOptions['reach']> {
  const trip = (): Promise<void> => new Promise((arrived) => clock.after(TRIP_MS, arrived));
  return (store: CampaignStore) => ({
    async exchange(call) {
      await trip();
      const reply = await store.exchange(call);
      await trip();
      return reply;
    },
  });
}

export interface Run {
  readonly gateways?: number;
  readonly crowd?: Partial<Crowd>;
  readonly seconds: number;
  readonly order?: 'fifo' | 'lottery';
  /** Seconds from the first arrival to the opening. */
  readonly opensAfter?: number;
  readonly pace?: Partial<Pace>;
  /** Left out: as many as the rate needs. */
  readonly slots?: number;
  /** From when a claim is let go until its connection takes it, in milliseconds; left out: 0. */
  readonly wayOutMs?: (clock: SimulatedClock) => number;
  /** Called every 100 ms with the seconds since the first arrival. */
  readonly at?: (seconds: number, service: SimulatedService, world: World) => void;
}

export class Line {
  readonly clock = new SimulatedClock();
  readonly world: World;
  readonly service = new SimulatedService(this.clock, 50);
  readonly crowds: Crowds;
  startUs = 0;

  constructor({ gateways = 2, order = 'fifo', pace = {}, slots = SLOTS, wayOutMs = () => 0 }: Run) {
    this.world = new World({
      clock: this.clock,
      pace: { ratePerSecond: RATE, burst: BURST, open: true, ...pace },
      gateways,
      slots,
      reach: faraway(this.clock),
      seed: 11,
      order,
    });
    this.crowds = new Crowds(this.world, this.service);
    this.crowds.wayOutMs = () => wayOutMs(this.clock);
  }

  at(seconds: number): number {
    return this.startUs + seconds * 1e6;
  }

  get served() {
    return this.crowds.people.flatMap(({ arrivedUs, servedUs }) =>
      servedUs === null ? [] : [{ arrivedUs, servedUs }],
    );
  }

  fairness(): number {
    return ServedPeople.of(this.served).shareInOrder(250_000) ?? 1;
  }

  /** The share of what the rate allows that the service got, in the worst 5 s of a stretch. */
  use(fromSeconds: number, toSeconds: number): number {
    return leastInWindow(this.service.handedOverUs, this.at(fromSeconds), this.at(toSeconds), 5e6) / (5 * RATE);
  }
}

export async function run(made: Run): Promise<Line> {
  const { crowd = {}, seconds, opensAfter = 0, at } = made;
  const line = new Line(made);
  line.startUs = line.clock.monotonicUs() + START_MS * 1000;
  if (opensAfter > 0) line.world.options.pace.opensAtUs = line.at(opensAfter);
  await line.world.start();
  line.crowds.arrive({ people: 3000, overMs: 3000, noShow: 0, ...crowd });
  for (let tenth = 0; tenth < seconds * 10; tenth++) {
    at?.(tenth / 10, line.service, line.world);
    await line.clock.advance(100);
  }
  line.world.stop();
  return line;
}

/** P1. */
export function expectBounds(line: Line): void {
  expect(excessOverBound(line.service.handedOverUs, RATE, BURST)).toBeLessThanOrEqual(0);
  expect(line.service.mostInFlight).toBeLessThanOrEqual(line.world.options.slots);
}

/** Everybody who comes was served, and no slot, timer or claim is left over. */
export function expectNothingOwed(line: Line): void {
  expect(line.service.inFlight).toBe(0);
  expect(line.crowds.served).toBe(line.crowds.people.filter(({ comes, place }) => comes || place === null).length);
  for (const { slots, door } of line.world.gateways) {
    expect(slots.taken).toBe(slots.released);
    expect(door.held).toBe(0);
  }
  expect(line.clock.timers).toBe(0);
}
