import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLine, type TickFacts } from '../../src/waiting-room/memory-line.js';
import { MAIN, type Place, RETURN } from '../../src/waiting-room/place.js';

const NOW_US = 10_000_000;
const LATER_US = NOW_US + 10_000_000;
const FACTS: TickFacts = {
  nowUs: NOW_US,
  open: true,
  tokens: 4,
  ratePerSecond: 4,
  slotsFull: false,
  graceMs: 1000,
  leadMs: 0,
  dwellMs: 400,
  pollMaxMs: 30_000,
  unitsLeft: Number.POSITIVE_INFINITY,
};
const KNOWN = { epoch: 1, generation: 'gen-1', heads: [0, 0], tails: [0, 0], lottery: null } as const;

/** Ten joined, four were called; one of these went in, one stands at the door. */
function busy(): { line: MemoryLine; places: Place[] } {
  const line = new MemoryLine();
  line.merge({ ...KNOWN, generation: '' }, 'gen-1', 100);
  const places = Array.from({ length: 10 }, (_, n) => line.join(`c${n}`));
  line.tick(FACTS);
  line.enter(places[0]!, LATER_US);
  line.come(places[1]!, LATER_US);
  return { line, places };
}

describe('The line of the embedded store', () => {
  let line: MemoryLine;
  let places: Place[];
  beforeEach(() => {
    ({ line, places } = busy());
  });
  const tick = (afterMs: number, changes: Partial<TickFacts> = {}): boolean =>
    line.tick({ ...FACTS, nowUs: NOW_US + afterMs * 1000, ...changes });

  it('knows how many wait, stand at the door, and ever went in', () => {
    expect([line.waiting, line.atDoor, line.entered]).toEqual([6, 1, 1]);
    line.enterDirectly();
    line.rejoin('c2', places[2]!);
    expect([line.waiting, line.entered]).toEqual([7, 2]);
    line.leaveOut(MAIN, 10, 50);
    expect(line.waiting).toBe(7);
  });

  it('tells an operator how many numbers were given out, called and lapsed, in both lines and this epoch', () => {
    expect(line.figures()).toEqual({ issued: 10, called: 4, lapsed: 0 });
    line.spend('c0', places[0]!);
    line.leaveDoor(places[1]!);
    line.rejoin('c2', places[2]!);
    line.leaveOut(MAIN, 10, 50);
    for (const afterMs of [400, 800, 1100, 1500]) tick(afterMs, { tokens: 0, ratePerSecond: 0 });
    // Of the four whose grace is over, one went in and one came back for a place in the return line.
    expect(line.figures()).toEqual({ issued: 11, called: 4, lapsed: 2 });
    line.beginEpoch(2);
    expect(line.figures()).toEqual({ issued: 0, called: 0, lapsed: 0 });
    line.join('c9');
    expect([line.figures(), line.waiting]).toEqual([{ issued: 1, called: 0, lapsed: 0 }, 1]);
  });

  it('goes on in the next process where this one ended, with grace as if no time had passed', () => {
    line.leaveOut(RETURN, 0, 5);
    const memory = JSON.parse(JSON.stringify(line.memory(NOW_US + 300_000)));
    const next = new MemoryLine();
    next.recall(memory, LATER_US);
    expect(next.memory(LATER_US)).toEqual(memory);
    expect(next.lineMs(LATER_US + 7000)).toBe(line.lineMs(NOW_US + 307_000));
    expect(next).toMatchObject({
      epoch: 1,
      generation: 'gen-1',
      waiting: 6,
      entered: 1,
      heads: [4, 0],
      tails: [10, 5],
    });
    expect([next.isCalled(places[3]!), next.isCalled(places[4]!)]).toEqual([true, false]);
  });

  it('has lost data when a gateway knows more of it, in any of four figures, or knew another store', () => {
    const knows = (known: object, behind = false): boolean =>
      busy().line.merge({ ...KNOWN, ...known }, 'gen-2', 100, behind);
    const same = { heads: [4, 0], tails: [10, 0] };
    expect([knows({}), knows(same), knows(same, true)]).toEqual([false, false, true]);
    expect([knows({ tails: [11, 0] }), knows({ tails: [0, 1] })]).toEqual([true, true]);
    expect([knows({ heads: [5, 0] }), knows({ heads: [0, 1] })]).toEqual([true, true]);
    expect(new MemoryLine().merge(KNOWN, 'gen-2', 100)).toBe(true);
    expect(new MemoryLine().merge({ ...KNOWN, generation: '' }, 'gen-2', 100)).toBe(false);
  });

  it('leaves out what may have been given out in data that are lost, and no other number', () => {
    line.merge({ ...KNOWN, tails: [20, 0] }, 'gen-2', 100);
    expect(line.gaps.all).toEqual([
      { line: MAIN, from: 21, to: 120 },
      { line: RETURN, from: 1, to: 100 },
    ]);
    expect([line.join('new').number, line.waiting]).toEqual([121, 17]);
  });

  it('calls of an earlier epoch nobody, and does not know them at the service', () => {
    line.beginEpoch(2);
    const next = line.join('c10');
    expect([line.isPast(places[9]!), line.isPast(next)]).toEqual([true, false]);
    line.enter(places[9]!, LATER_US);
    expect([line.isInside(places[9]!), line.entered]).toEqual([false, 2]);
  });

  it('forgets the place of whoever is answered, and not a newer one of theirs', () => {
    line.spend('c0', places[0]!);
    expect([line.find('c0'), line.isSpent(places[0]!), line.isInside(places[0]!)]).toEqual([null, true, false]);
    const newer = line.rejoin('c2', places[2]!);
    line.spend('c2', places[2]!);
    expect(line.find('c2')?.place).toEqual(newer);
    line.spend('nobody', places[5]!);
    expect(line.isSpent(places[5]!)).toBe(true);
  });

  it('tells the same number of two lines apart', () => {
    const returned = line.rejoin('c2', places[2]!);
    expect(returned).toEqual({ line: RETURN, number: 1, returns: 1 });
    line.enter(returned, LATER_US);
    line.spend('c0', places[0]!);
    expect([line.isInside(returned), line.isInside(places[0]!)]).toEqual([true, false]);
  });

  it('draws lots once, among all who joined before', () => {
    const lots = new MemoryLine();
    lots.draw();
    expect([lots.lottery, lots.isDrawn]).toEqual([null, false]);
    lots.offerKey('00112233445566778899aabbccddeeff00112233');
    for (let n = 0; n < 5; n++) lots.join(`c${n}`);
    lots.draw();
    lots.join('late');
    lots.draw();
    expect(lots.lottery).toMatchObject({ from: 1, to: 5 });
  });

  it('gives a call that was heard of its whole grace, to the millisecond', () => {
    for (const afterMs of [400, 800, 1100, 1500]) tick(afterMs, { tokens: 0, ratePerSecond: 0 });
    const nowUs = NOW_US + 1_500_000;
    const lapsed = (toldMs: number): boolean => line.isLapsed(places[2]!, toldMs, nowUs, 1000);
    expect([lapsed(0), lapsed(line.lineMs(nowUs) - 1000), lapsed(line.lineMs(nowUs) - 1001)]).toEqual([
      true,
      false,
      true,
    ]);
    // Who is at the service, or at the door, came in time; and nobody has lapsed who was not called.
    expect([0, 1, 4].map((n) => line.isLapsed(places[n]!, 0, nowUs, 1000))).toEqual([false, false, false]);
  });

  it('no longer counts whoever was last seen at the door too long ago', () => {
    tick(10_000);
    expect([line.atDoor, line.isInside(places[0]!)]).toEqual([1, true]);
    tick(10_100);
    expect([line.atDoor, line.isInside(places[0]!)]).toEqual([0, false]);
  });

  it('keeps a place that was not answered finally, with its grace anew, unless it is used up or past', () => {
    line.retain('c0', places[0]!, NOW_US + 5_000_000);
    expect(line.find('c0')).toMatchObject({ place: places[0], toldMs: line.lineMs(NOW_US + 5_000_000) });
    line.spend('c1', places[1]!);
    line.retain('c1', places[1]!, NOW_US);
    expect([line.find('c1'), line.isInside(places[0]!)]).toEqual([null, false]);
  });
});
