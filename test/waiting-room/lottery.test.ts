import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '../../src/replay/seeded-random.js';
import { commitmentTo, type Lottery, newerLottery, permuted, turnOf } from '../../src/waiting-room/lottery.js';
import { pollBeforeDrawMs } from '../../src/waiting-room/poll-schedule.js';

const KEY = '00112233445566778899aabbccddeeff00112233';
const key = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((octets) => Buffer.from(octets).toString('hex'));
const place = (number: number, line: 0 | 1 = 0) => ({ line, number, returns: 0 });

describe('permuted', () => {
  it('gives every number another, and leaves none out, however many there are', () => {
    fc.assert(
      fc.property(key, fc.integer({ min: 1, max: 700 }), (of, count) => {
        const all = Array.from({ length: count }, (_, index) => permuted(of, index, count));
        expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
      }),
      { numRuns: 60 },
    );
  });

  it('stays what it is: places that were drawn can be computed for ever', () => {
    expect(Array.from({ length: 10 }, (_, index) => permuted(KEY, index, 10))).toEqual([3, 6, 5, 0, 7, 9, 4, 8, 1, 2]);
  });

  it('is another order for another key, and fair to the first and the last', () => {
    const count = 12;
    const draws = 3000;
    const firsts = new Array<number>(count).fill(0);
    for (let draw = 0; draw < draws; draw++) {
      const of = createHash('sha1').update(String(draw)).digest('hex');
      for (let index = 0; index < count; index++) if (permuted(of, index, count) === 0) firsts[index]!++;
    }
    // Five standard deviations around draws / count.
    for (const times of firsts) expect(Math.abs(times - draws / count)).toBeLessThan(5 * Math.sqrt(draws / count));
  });
});

describe('turnOf', () => {
  const drawn: Lottery = { key: KEY, from: 101, to: 150 };

  it('is the number itself without a lottery, in the return line, and for who joined later or in an earlier epoch', () => {
    expect(turnOf(place(7), null)).toBe(7);
    expect(turnOf(place(120, 1), drawn)).toBe(120);
    expect(turnOf(place(151), drawn)).toBe(151);
    expect(turnOf(place(100), drawn)).toBe(100);
  });

  it('is not known before the draw, and one of the numbers drawn after it', () => {
    expect(turnOf(place(120), { key: KEY, from: 0, to: 0 })).toBeNull();
    const turns = Array.from({ length: 50 }, (_, at) => turnOf(place(101 + at), drawn) as number);
    expect(turns.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, at) => 101 + at));
    expect(turns).not.toEqual(turns.toSorted((a, b) => a - b));
  });
});

describe('newerLottery', () => {
  const undrawn = { key: KEY, from: 0, to: 0 };
  const few = { key: KEY, from: 1, to: 0 };
  const many = { key: KEY, from: 1, to: 500 };

  it('keeps the draw among most, whoever tells of it first', () => {
    for (const [own, known] of [
      [null, many],
      [undrawn, many],
      [few, many],
      [many, few],
      [many, undrawn],
      [many, null],
    ] as const) {
      expect(newerLottery(own, known)).toBe(many);
    }
    expect(newerLottery(undrawn, few)).toBe(few);
    expect(newerLottery(undrawn, { ...undrawn, key: 'another' })).toBe(undrawn);
  });
});

describe('commitmentTo', () => {
  it('is the SHA-256 of the key as it is written', () => {
    expect(commitmentTo(KEY)).toBe(`sha256:${createHash('sha256').update(KEY).digest('hex')}`);
  });
});

describe('pollBeforeDrawMs', () => {
  const poll = { nearMs: 250, maxMs: 30_000, budgetPerSecond: 5000 };

  it('is a whole number from nearMs to maxMs, whatever the time left and the crowd', () => {
    const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.nat(1e8), fc.nat(1e7), fc.nat(20), unit, (openInMs, waiting, gateways, at) => {
        const told = pollBeforeDrawMs(openInMs, waiting, gateways, poll, () => at);
        expect(Number.isInteger(told)).toBe(true);
        expect(told).toBeGreaterThanOrEqual(poll.nearMs);
        expect(told).toBeLessThanOrEqual(poll.maxMs);
      }),
    );
  });

  it.each([
    [1000, 1],
    [40_000, 1],
    [70_000, 1],
    [200_000, 4],
  ])('tells %i people before %i gateways different times around the opening', (people, gateways) => {
    const random = seededRandom(5);
    const openMs = 120_000;
    const polls = new Array<number>(200).fill(0);
    let firstLooks = 0;
    for (let person = 0; person < people; person++) {
      let atMs = random() * 60_000;
      while (atMs < openMs) atMs += pollBeforeDrawMs(openMs - atMs, people, gateways, poll, random);
      if (atMs < openMs + 2000) firstLooks++;
      polls[Math.floor(atMs / 1000)]!++;
    }
    // Nobody waits for longer than the crowd needs, and no second sees more than it should.
    const budget = poll.budgetPerSecond * gateways;
    expect(Math.max(...polls)).toBeLessThanOrEqual(Math.max(budget * 1.15, 1500));
    expect(polls.slice(0, Math.ceil((openMs + (people / budget) * 1000) / 1000) + 1).reduce((a, b) => a + b)).toBe(
      people,
    );
    expect(firstLooks).toBeGreaterThanOrEqual(Math.min(people, budget));
  });
});
