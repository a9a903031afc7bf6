/** The promises, on whole lines. */
import { describe, expect, it } from '@jest/globals';
import { quantile, ServedPeople } from '../../src/replay/fairness.js';
import { countBetween, excessOverBound, leastInWindow } from './measures.js';
import { BURST, expectBounds, expectNothingOwed, RATE, run } from './simulated-run.js';

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
    expect(quantile(ServedPeople.of(line.served).overtakenByUs(), 0.99)!).toBeLessThanOrEqual(1_250_000);
    expect((line.crowds.claimsUs.length + line.crowds.pollsUs.length) / 3000).toBeLessThanOrEqual(6);
    expectNothingOwed(line);
  });

  it('keeps the door busy though half of the called never come', async () => {
    const line = await run({ seconds: 14, crowd: { people: 6000, noShow: 0.5 } });
    expectBounds(line);
    expect(line.use(2, 7)).toBeGreaterThanOrEqual(0.98);
    expect(line.fairness()).toBeGreaterThanOrEqual(0.99);
    expect(quantile(ServedPeople.of(line.served).overtakenByUs(), 0.99)!).toBeLessThanOrEqual(1_250_000);
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

  it.each([
    ['one gateway loses no token by it', 1, 0.98],
    ['of two gateways, those tokens are lost whose claims were late', 2, 0.83],
  ])(
    'stays within its bound though connections are made late, and many at once: %s',
    async (_name, gateways, least) => {
      // Once a second it takes up to 150 ms until the connections that are made then stand: all of them at once.
      const line = await run({
        gateways,
        seconds: 14,
        slots: 100,
        wayOutMs: (clock) => Math.max(0, 150 - ((clock.monotonicUs() / 1000) % 1000)),
      });
      expectBounds(line);
      expect(line.crowds.served).toBe(3000);
      expect(line.use(2, 7)).toBeGreaterThanOrEqual(least);
      expect(line.fairness()).toBeGreaterThanOrEqual(0.99);
      expectNothingOwed(line);
    },
  );

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
