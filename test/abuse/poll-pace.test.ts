import { expect, it } from '@jest/globals';
import { PollPace } from '../../src/abuse/poll-pace.js';

it('A poll is far too early in the first quarter of the time told', () => {
  const pace = new PollPace();
  expect(pace.isFarTooEarly(7, 0)).toBe(false);
  pace.told(7, 4000, 1000);
  expect([1001, 1999, 2000, 5000].map((now) => pace.isFarTooEarly(7, now))).toEqual([true, true, false, false]);
  pace.told(7, 250, 6000);
  expect(pace.isFarTooEarly(7, 6001)).toBe(false);
});

it('A place whose entry another one took is not judged by it', () => {
  const pace = new PollPace();
  pace.told(7, 4000, 1000);
  pace.told(7 + 65_536, 4000, 1000);
  expect([pace.isFarTooEarly(7, 1001), pace.isFarTooEarly(7 + 65_536, 1001)]).toEqual([false, true]);
});
