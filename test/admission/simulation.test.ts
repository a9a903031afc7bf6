/**
 * The promises, on whole lines: 390 claims a second, burst 20, 20 at a time of 50 ms each, 3,000 people, gateways that
 * share one store. Seeds are fixed: the same run every time.
 */
import { describe, expect, it } from '@jest/globals';
import type { CampaignStore } from '../../src/admission/exchange.js';
import { overtakenByUs, quantile, shareServedInOrder } from '../../src/replay/fairness.js';
import { countBetween, excessOverBound, leastInWindow } from './measures.js';
import { SimulatedClock } from './simulated-clock.js';
import { SimulatedService, World, type WorldOptions } from './simulated-line.js';
import { type Crowd, Crowds } from './simulated-people.js';

const RATE = 390;
const BURST = 20;
const SLOTS = 20;
const TRIP_MS = 0.3;

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

interface Run {
  readonly gateways?: number;
  readonly crowd?: Partial<Crowd>;
  readonly seconds: number;
  /** Called every 100 ms with the seconds since the first arrival. */
  readonly at?: (seconds: number, service: SimulatedService, world: World) => void;
}

class Line {
  readonly clock = new SimulatedClock();
  readonly world: World;
  readonly service = new SimulatedService(this.clock, 50);
  readonly crowds: Crowds;
  startUs = 0;

  constructor(gateways: number) {
    const pace = { ratePerSecond: RATE, burst: BURST, open: true };
    this.world = new World({ clock: this.clock, pace, gateways, slots: SLOTS, reach: faraway(this.clock), seed: 11 });
    this.crowds = new Crowds(this.world, this.service);
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
    return shareServedInOrder(this.served, 250_000) ?? 1;
  }

  /** The share of what the rate allows that the service got, in the worst 5 s of a stretch. */
  use(fromSeconds: number, toSeconds: number): number {
    return leastInWindow(this.service.handedOverUs, this.at(fromSeconds), this.at(toSeconds), 5e6) / (5 * RATE);
  }
}

async function run({ gateways = 2, crowd = {}, seconds, at }: Run): Promise<Line> {
  const line = new Line(gateways);
  await line.world.start();
  line.startUs = line.clock.monotonicUs();
  line.crowds.arrive({ people: 3000, overMs: 3000, noShow: 0, ...crowd });
  for (let tenth = 0; tenth < seconds * 10; tenth++) {
    at?.(tenth / 10, line.service, line.world);
    await line.clock.advance(100);
  }
  line.world.stop();
  return line;
}

/** P1. */
function expectBounds(line: Line): void {
  expect(excessOverBound(line.service.handedOverUs, RATE, BURST)).toBeLessThanOrEqual(0);
  expect(line.service.mostInFlight).toBeLessThanOrEqual(SLOTS);
}

/** Everybody who comes was served, and no slot, timer or claim is left over. */
function expectNothingOwed(line: Line): void {
  expect(line.service.inFlight).toBe(0);
  expect(line.crowds.served).toBe(line.crowds.people.filter(({ comes, place }) => comes || place === null).length);
  for (const { slots, door } of line.world.gateways) {
    expect(slots.taken).toBe(slots.released);
    expect(door.held).toBe(0);
  }
  expect(line.clock.timers).toBe(0);
}

describe('A simulated line', () => {
  it.each([
    ['one gateway', 1, undefined],
    ['two gateways', 2, undefined],
    ['two gateways, one with a tenth of the people', 2, (person: number) => (person % 10 === 0 ? 1 : 0)],
  ])('serves everybody once, in order, at the full rate: %s', async (_name, gateways, gatewayOf) => {
    const line = await run({ gateways, seconds: 12, crowd: gatewayOf === undefined ? {} : { gatewayOf } });
    expectBounds(line);
    expect(line.crowds.served).toBe(3000);
    expect(line.service.handedOverUs).toHaveLength(3000);
    expect(line.use(0, 7)).toBeGreaterThanOrEqual(0.98);
    expect(line.fairness()).toBeGreaterThanOrEqual(0.99);
    expect(quantile(overtakenByUs(line.served), 0.99)!).toBeLessThanOrEqual(1_250_000);
    expect((line.crowds.claimsUs.length + line.crowds.polls) / 3000).toBeLessThanOrEqual(6);
    expectNothingOwed(line);
  });

  it('keeps the door busy though half of the called never come', async () => {
    const line = await run({ seconds: 14, crowd: { people: 6000, noShow: 0.5 } });
    expectBounds(line);
    expect(line.use(2, 7)).toBeGreaterThanOrEqual(0.98);
    expect(line.fairness()).toBeGreaterThanOrEqual(0.99);
    expect(quantile(overtakenByUs(line.served), 0.99)!).toBeLessThanOrEqual(1_250_000);
    expectNothingOwed(line);
  });

  it.each([1, 10])('stands a service that freezes for %i s, and calls no crowd to it', async (frozen) => {
    let mostCalled = 0;
    const line = await run({
      seconds: 12 + frozen,
      at: (seconds, service, world) => {
        if (seconds === 3) service.freeze(frozen * 1000);
        const head = Math.max(...world.gateways.map(({ link }) => link.view!.heads[0]));
        mostCalled = Math.max(mostCalled, head - service.handedOverUs.length);
      },
    });
    expectBounds(line);
    expect(mostCalled).toBeGreaterThan(0);
    expect(mostCalled).toBeLessThanOrEqual(BURST + RATE * 0.4);
    const thawed = 3 + frozen;
    const asked = countBetween(line.crowds.claimsUs, line.at(3.1), line.at(thawed));
    expect(asked / (frozen - 0.1)).toBeLessThanOrEqual(1.2 * RATE);
    expect(countBetween(line.service.handedOverUs, line.at(thawed), line.at(thawed + 1))).toBeGreaterThan(0.9 * RATE);
    expect(line.crowds.lapses).toBe(0);
    expect(line.crowds.served).toBe(3000);
    expect(line.fairness()).toBeGreaterThanOrEqual(0.99);
    expectNothingOwed(line);
  });

  it('obeys a rate cut to a quarter at once, and loses nobody by it', async () => {
    const line = await run({
      seconds: 30,
      at: (seconds, _service, world) => {
        if (seconds === 3) world.options.pace.ratePerSecond = RATE / 4;
      },
    });
    const { handedOverUs } = line.service;
    expectBounds(line);
    const after = handedOverUs.filter((atUs) => atUs >= line.at(3));
    expect(excessOverBound(after, RATE / 4, BURST)).toBeLessThanOrEqual(0);
    expect(leastInWindow(handedOverUs, line.at(5), line.at(20), 5e6)).toBeGreaterThanOrEqual(0.98 * 5 * (RATE / 4));
    expect(line.crowds.served).toBe(3000);
    expect(line.crowds.lapses).toBe(0);
    expect(line.fairness()).toBeGreaterThanOrEqual(0.99);
    expectNothingOwed(line);
  });

  it('stays within its bound when the process stands still for 200 ms, again and again', async () => {
    const line = await run({
      seconds: 14,
      at: (seconds, _service, world) => {
        if (Number.isInteger(seconds)) world.options.clock.pause(200);
      },
    });
    expectBounds(line);
    expect(line.crowds.served).toBe(3000);
    expectNothingOwed(line);
  });

  it('goes on where it was when the store loses everything', async () => {
    const line = await run({
      seconds: 14,
      at: (seconds, _service, world) => {
        if (seconds === 2) world.store = world.emptyStore();
      },
    });
    expectBounds(line);
    expect(line.crowds.served).toBe(3000);
    const numbers = line.crowds.people.flatMap((person) => person.numbers);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(line.fairness()).toBeGreaterThanOrEqual(0.99);
    expectNothingOwed(line);
  });
});
