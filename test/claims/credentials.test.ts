import { describe, expect, it } from '@jest/globals';
import { NO_CLAIMS } from '../../src/admission/exchange.js';
import { AnswerCache } from '../../src/claims/answer-cache.js';
import { chanceOf, isSoldOut, publishedRemaining } from '../../src/claims/budget.js';
import { ClaimKeys } from '../../src/claims/claim-keys.js';
import { Credentials } from '../../src/claims/credentials.js';

const SECRET = new Uint8Array(32).fill(7);
const all = new Credentials(SECRET, ['authorization', 'cookie'], ['spillway-lny']);

describe('credentials', () => {
  it('match what shows the same, and more cookies', () => {
    const kept = all.fingerprint({ authorization: 'Bearer a', cookie: 'b=2; a=1; spillway-lny=t1' });
    expect(all.matches(kept, { authorization: 'Bearer a', cookie: 'a=1; c=3; b=2; spillway-lny=t2' })).toBe(true);
    for (const other of [
      {},
      { authorization: 'Bearer a' },
      { authorization: 'Bearer b', cookie: 'a=1; b=2' },
      { authorization: 'Bearer a', cookie: 'a=1; b=3' },
      { authorization: 'Bearer a', cookie: 'a=1' },
      { cookie: 'a=1; b=2' },
    ]) {
      expect(all.matches(kept, other)).toBe(false);
    }
  });

  it('of a request without any are matched by everybody', () => {
    expect(all.fingerprint({ cookie: 'spillway-lny=t1' })).toBe('');
    expect(all.matches('', { authorization: 'Bearer a' })).toBe(true);
  });

  it('are those that the configuration names', () => {
    const named = new Credentials(SECRET, ['cookie:session', 'header:X-Device'], []);
    const kept = named.fingerprint({ cookie: 'session=1; other=2', 'x-device': 'd', authorization: 'Bearer a' });
    expect(named.matches(kept, { cookie: 'other=3; session=1', 'x-device': 'd', authorization: 'Bearer b' })).toBe(
      true,
    );
    expect(named.matches(kept, { cookie: 'session=1' })).toBe(false);
  });

  it('are not to be read from the fingerprint, and are no others’ under another secret', () => {
    const kept = all.fingerprint({ authorization: 'Bearer a' });
    expect(kept).toMatch(/^[A-Za-z0-9_-]{2}\.[A-Za-z0-9_-]{16}$/);
    expect(
      new Credentials(new Uint8Array(32), ['authorization'], []).matches(kept, { authorization: 'Bearer a' }),
    ).toBe(false);
  });
});

describe('names of claims', () => {
  const keys = new ClaimKeys(SECRET, 'lny');
  it('are the same for the same claim, and no two parts run into each other', () => {
    expect(keys.entry('/r', 'ann', null)).toBe(new ClaimKeys(SECRET, 'lny').entry('/r', 'ann', null));
    const others = [
      keys.entry('/r', 'ann', ''),
      keys.entry('/r', 'ann', 'k'),
      keys.entry('/ra', 'nn', null),
      keys.entry('/r', 'bob', null),
      keys.entry('/r', 'ann', null, 1),
      keys.entry('/r', 'ann', 'k', 1),
      new ClaimKeys(SECRET, 'xmas').entry('/r', 'ann', null),
      keys.forService(keys.entry('/r', 'ann', null)),
    ];
    expect(new Set([keys.entry('/r', 'ann', null), ...others]).size).toBe(9);
  });
});

describe('answers that a process knows', () => {
  const answer = (bytes: number) => 'g'.repeat(bytes);

  it('never take more room than they may; what was not asked for the longest makes room', () => {
    const cache = new AnswerCache(10_000);
    cache.set('asked', answer(100));
    for (let i = 0; i < 100; i++) {
      cache.set(`k${i}`, answer(500));
      expect(cache.bytes).toBeLessThanOrEqual(10_000);
      expect(cache.get('asked')).toBeDefined();
    }
    expect([cache.get('k99') !== undefined, cache.get('k0')]).toEqual([true, undefined]);
  });

  it('are told one by one, each once and as it is now', () => {
    const cache = new AnswerCache(10_000);
    for (let i = 0; i < 12; i++) cache.set(`k${i % 6}`, answer(400 + i));
    const told = [...cache.entries()];
    expect(new Set(told.map(([key]) => key)).size).toBe(told.length);
    for (const [key, text] of told) expect(text).toBe(cache.get(key));
  });
});

describe('the budget', () => {
  it('is gone by grants or by word, and not by claims that are open', () => {
    expect(isSoldOut({ ...NO_CLAIMS, granted: 9, held: 5 }, 10)).toBe(false);
    expect(isSoldOut({ ...NO_CLAIMS, granted: 10 }, 10)).toBe(true);
    expect(isSoldOut({ ...NO_CLAIMS, granted: 10 }, null)).toBe(false);
    expect(isSoldOut({ ...NO_CLAIMS, soldOut: 1 }, null)).toBe(true);
    expect(isSoldOut({ ...NO_CLAIMS, soldOut: 2 }, null)).toBe(false);
  });

  it('gives a chance to as many as there are units that nobody holds', () => {
    const view = { ...NO_CLAIMS, granted: 4, held: 3, lost: 1 };
    expect([chanceOf(2, view, 10), chanceOf(3, view, 10), chanceOf(1, view, null)]).toEqual([
      'likely',
      'unlikely',
      null,
    ]);
  });

  it('is published not at all, to one digit, or exactly', () => {
    expect([9, 87, 4711].map((left) => publishedRemaining(left, 'coarse'))).toEqual([9, 80, 4000]);
    expect([publishedRemaining(87, 'none'), publishedRemaining(87, 'exact')]).toEqual([null, 87]);
  });
});
