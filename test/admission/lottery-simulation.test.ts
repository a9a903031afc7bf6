/** A lottery on a whole line: people join for five seconds, lots are drawn a second later, and the door is kept busy. */
import { describe, expect, it } from '@jest/globals';
import { ServedPeople } from '../../src/replay/fairness.js';
import { turnOf } from '../../src/waiting-room/lottery.js';
import { countBetween } from './measures.js';
import { expectBounds, expectNothingOwed, type Line, RATE, run } from './simulated-run.js';

const OPENS = 6;

/** Pairs that are a quarter of a second apart in the order drawn, and were served in it. */
function fairness(line: Line): number {
  const { lottery } = line.world.gateways[0]!.link.view!;
  const served = line.crowds.people.flatMap(({ place, servedUs }) =>
    servedUs === null || place === null ? [] : [{ arrivedUs: (turnOf(place, lottery)! / RATE) * 1e6, servedUs }],
  );
  return ServedPeople.of(served).shareInOrder(250_000) ?? 1;
}

describe('A simulated lottery', () => {
  it('lets nobody in before, serves everybody after, in the order drawn and at the full rate', async () => {
    const line = await run({ seconds: 18, opensAfter: OPENS, order: 'lottery', crowd: { overMs: 5000 } });
    expectBounds(line);
    expect(line.service.handedOverUs.every((atUs) => atUs >= line.at(OPENS))).toBe(true);
    expect(line.world.gateways[0]!.link.view!.lottery).toMatchObject({ from: 1, to: 3000 });
    expect(line.crowds.served).toBe(3000);
    expect(line.crowds.lapses).toBe(0);
    expect(line.use(OPENS + 2, OPENS + 7)).toBeGreaterThanOrEqual(0.98);
    expect(fairness(line)).toBeGreaterThanOrEqual(0.99);
    expectNothingOwed(line);
  });

  it('asks no crowd to come at the second of the opening', async () => {
    const line = await run({ seconds: 18, opensAfter: OPENS, order: 'lottery', crowd: { overMs: 5000 } });
    const before = countBetween(line.crowds.pollsUs, line.at(OPENS - 1), line.at(OPENS));
    const at = countBetween(line.crowds.pollsUs, line.at(OPENS), line.at(OPENS + 1));
    // All 3,000 learn of their places soon, and are spread over what two gateways' budgets take.
    expect(before).toBeLessThan(3000);
    expect(at).toBeLessThan(2 * 3000);
  });

  it('holds when the store loses everything, before the draw and after it', async () => {
    for (const lost of [OPENS - 2, OPENS + 2]) {
      const line = await run({
        seconds: 22,
        opensAfter: OPENS,
        order: 'lottery',
        crowd: { overMs: 3500 },
        at: (seconds, _service, world) => {
          if (seconds === lost) world.store = world.emptyStore();
        },
      });
      expectBounds(line);
      expect(line.crowds.served).toBe(3000);
      expect(fairness(line)).toBeGreaterThanOrEqual(0.99);
      expectNothingOwed(line);
    }
  });
});
