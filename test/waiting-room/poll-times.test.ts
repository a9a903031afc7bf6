import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAIN, type Place, RETURN } from '../../src/waiting-room/place.js';
import { PollTimes } from '../../src/waiting-room/poll-times.js';

const place = (number: number, line: Place['line'] = MAIN): Place => ({ line, number, returns: 0 });

/** Whoever was told 4 s at 1000, and asks `afterMs` later. */
function promptness(afterMs: number, toldMs = 4000, atMs = 1000): string {
  const times = new PollTimes();
  times.polled(place(7), atMs, toldMs);
  return times.polled(place(7), atMs + afterMs, 250);
}

describe('The times told', () => {
  it('are kept by who comes then or later, to five milliseconds, as clocks are read in whole ones', () => {
    expect([3994, 3995, 4000, 90_000].map((after) => promptness(after))).toEqual([
      'early',
      'in-time',
      'in-time',
      'in-time',
    ]);
    expect(new PollTimes().polled(place(7), 0, 4000)).toBe('in-time');
  });

  it('are far from who comes in the first quarter, but not where less than a second was told', () => {
    expect([0, 999, 1000].map((after) => promptness(after))).toEqual(['far-too-early', 'far-too-early', 'early']);
    expect([promptness(0, 1000), promptness(0, 999)]).toEqual(['far-too-early', 'early']);
  });

  it('are told with refusals, too, after which a first look is early at most', () => {
    const times = new PollTimes();
    times.polled(place(7), 1000, 4000);
    times.refused(place(7), 2000, 4000);
    expect([2001, 2002].map((nowMs) => times.polled(place(7), nowMs, 4000))).toEqual(['early', 'far-too-early']);
  });

  it('begin anew with every question', () => {
    const times = new PollTimes();
    const asked = [0, 3000, 3999, 7000].map((nowMs) => times.polled(place(7), nowMs, 4000));
    expect(asked).toEqual(['in-time', 'early', 'far-too-early', 'early']);
  });

  it('are told apart by line, and judge nobody whose row another place has taken', () => {
    const times = new PollTimes();
    times.polled(place(7), 1000, 4000);
    times.polled(place(7, RETURN), 1000, 4000);
    expect(times.polled(place(7), 1001, 4000)).toBe('far-too-early');
    times.polled(place(7 + 32_768), 1002, 4000);
    expect(times.polled(place(7), 1003, 4000)).toBe('in-time');
    expect(times.polled(place(7, RETURN), 1003, 4000)).toBe('far-too-early');
  });

  it('hold at any time of a clock that has run for months, and for places of any number', () => {
    const number = fc.integer({ min: 1, max: 2 ** 47 });
    fc.assert(
      fc.property(
        number,
        fc.nat(2 ** 40),
        fc.integer({ min: 1000, max: 60_000 }),
        fc.nat(90_000),
        (n, at, told, after) => {
          const times = new PollTimes();
          times.polled(place(n), at + 0.5, told);
          const expected = told - after <= 5 ? 'in-time' : after < told / 4 ? 'far-too-early' : 'early';
          expect(times.polled(place(n), at + 0.5 + after, 250)).toBe(expected);
        },
      ),
    );
  });
});
