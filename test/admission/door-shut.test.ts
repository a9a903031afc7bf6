/** A door that stands still or changes its pace: no crowd gathers before it, the order holds, nobody pays for it. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { countBetween } from './measures.js';
import { expectBounds, expectNothingOwed, type Line, RATE, type Run, run } from './simulated-run.js';

/** Claims and polls a second, between two moments. */
function requestRate(line: Line, fromSeconds: number, toSeconds: number): number {
  return requests(line, fromSeconds, toSeconds) / (toSeconds - fromSeconds);
}

function requests(line: Line, fromSeconds: number, toSeconds: number): number {
  const [from, to] = [line.at(fromSeconds), line.at(toSeconds)];
  return countBetween(line.crowds.claimsUs, from, to) + countBetween(line.crowds.pollsUs, from, to);
}

function expectOrder(line: Line): void {
  expect(line.crowds.served).toBe(line.crowds.people.length);
  expect(line.crowds.lapses).toBe(0);
  expect(line.fairness()).toBeGreaterThanOrEqual(0.99);
  expectNothingOwed(line);
}

describe('A simulated line', () => {
  let usual: Line;
  beforeAll(async () => {
    usual = await run({ seconds: 12 });
  });

  it('asks no more of anybody while the campaign is paused, and goes on where it stood', async () => {
    const pausedFrom = (paused: number): NonNullable<Run['at']> => {
      return (seconds, _service, world) => {
        world.options.pace.open = seconds < 3 || seconds >= 3 + paused;
      };
    };
    const line = await run({ seconds: 24, at: pausedFrom(10) });
    expectBounds(line);
    expect(countBetween(line.service.handedOverUs, line.at(3.3), line.at(13))).toBe(0);
    expect(requestRate(line, 3.3, 13)).toBeLessThanOrEqual(1.2 * requestRate(usual, 2.5, 4));
    expect(countBetween(line.service.handedOverUs, line.at(13), line.at(14))).toBeGreaterThan(0.9 * RATE);
    expect(requestRate(line, 13, 17)).toBeLessThanOrEqual(1.2 * requestRate(usual, 3.3, 7));
    expectOrder(line);
  });

  it('asks no more of anybody when the rate is cut to a quarter', async () => {
    const line = await run({
      seconds: 30,
      at: (seconds, _service, world) => {
        if (seconds === 3) world.options.pace.ratePerSecond = RATE / 4;
      },
    });
    expect(requestRate(line, 3.3, 13)).toBeLessThanOrEqual(1.2 * requestRate(usual, 3.3, 7));
    expectOrder(line);
  });

  it('is drained in order when the rate is raised fivefold in a line of ten minutes', async () => {
    const [rate, raised, people] = [3, 15, 1800];
    const crowd = { people, overMs: 3000 };
    // As it would be at the raised rate from the beginning.
    const atOnce = await run({ seconds: 130, pace: { ratePerSecond: raised, burst: 5 }, crowd });
    let mostAtDoor = 0;
    const line = await run({
      seconds: 170,
      pace: { ratePerSecond: rate, burst: 5 },
      crowd,
      at: (seconds, _service, world) => {
        if (seconds === 40) world.options.pace.ratePerSecond = raised;
        mostAtDoor = Math.max(mostAtDoor, world.gateways[0]!.link.view?.atDoor ?? 0);
      },
    });
    expectOrder(line);
    // Until the first who were told to come much later are back: as long as the longest time between two polls.
    expect(line.at(40 + 30 + (people - 40 * rate) / raised)).toBeGreaterThan(Math.max(...line.service.handedOverUs));
    expect(requests(line, 40, 170)).toBeLessThanOrEqual(requests(atOnce, 0, 130));
    // Nobody is taken for a no-show who cannot know of the call: no crowd is called that comes all at once.
    expect(mostAtDoor).toBeLessThanOrEqual(4 * raised);
  });
});
