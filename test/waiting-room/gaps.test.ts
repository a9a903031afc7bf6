import { describe, expect, it } from '@jest/globals';
import { Gaps, leftOut } from '../../src/waiting-room/gaps.js';
import { MAIN, RETURN } from '../../src/waiting-room/place.js';

describe('Numbers left out', () => {
  const list = [
    { line: MAIN, from: 11, to: 20 },
    { line: RETURN, from: 5, to: 6 },
    { line: MAIN, from: 31, to: 31 },
  ];
  const gaps = (): Gaps => {
    const made = new Gaps();
    for (const gap of list) made.add(gap);
    return made;
  };

  it('are counted in their own line, above the head and up to the highest', () => {
    expect(leftOut(list, MAIN, 0, 100)).toBe(11);
    expect(leftOut(list, MAIN, 15, 100)).toBe(6);
    expect(leftOut(list, MAIN, 0, 12)).toBe(2);
    expect(leftOut(list, RETURN, 0, 100)).toBe(2);
    expect([leftOut(list, MAIN, 20, 30), leftOut(list, MAIN, 50, 100), leftOut(list, MAIN, 0, 9)]).toEqual([0, 0, 0]);
  });

  it('are found by the next number, be it their last', () => {
    expect(gaps().next(MAIN, 20)).toBe(list[0]);
    expect(gaps().next(MAIN, 21)).toBe(list[2]);
    expect(gaps().next(RETURN, 7)).toBeUndefined();
  });

  it('are forgotten when a head has passed them, and all at once', () => {
    const some = gaps();
    some.drop(MAIN, 19);
    expect(some.all).toEqual(list);
    some.drop(MAIN, 20);
    expect(some.all).toEqual(list.slice(1));
    some.clear();
    expect(some.all).toEqual([]);
    some.drop(MAIN, 99);
    expect(some.all).toEqual([]);
  });

  it('are none where none is left out', () => {
    const none = new Gaps();
    none.add({ line: MAIN, from: 1, to: 0 });
    expect(none.all).toEqual([]);
  });
});
