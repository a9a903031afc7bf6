import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RateLimitFields } from '../../src/http/rate-limit-fields.js';
import { RequestIds } from '../../src/http/request-id.js';
import { retryAfterSeconds, wholeSeconds } from '../../src/http/retry-after.js';

const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('Retry-After', () => {
  it('is never early, never 0, and later by at most a tenth and a second', () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(20_000), fc.double({ min: 0, max: 1e9, noNaN: true })), unit, (waitMs, random) => {
        const seconds = retryAfterSeconds(waitMs, () => random);
        const exact = Math.max(1, Math.ceil(waitMs / 1000));
        return Number.isInteger(seconds) && seconds * 1000 >= waitMs && seconds >= exact && seconds <= exact * 1.1 + 1;
      }),
    );
  });

  it('spreads a crowd told the same wait, and mostly leaves a short one alone', () => {
    const told = (waitMs: number) => Array.from({ length: 100 }, (_, i) => retryAfterSeconds(waitMs, () => i / 100));
    expect(new Set(told(60_000)).size).toBe(7);
    expect(told(1).filter((seconds) => seconds === 1).length).toBeGreaterThan(90);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a wait of %s ms', (waitMs) => {
    expect(() => retryAfterSeconds(waitMs, Math.random)).toThrow(RangeError);
  });
});

/** Parses a List of String Items with Integer parameters by RFC 9651, section 4.2; null where it is none. */
function parseList(field: string): Array<{ name: string; parameters: Record<string, number> }> | null {
  const item = /^"((?:[ !#-[\]-~]|\\["\\])*)"((?:;[a-z]+=\d{1,15})*)(?:[ \t]*,[ \t]*(?!$)|$)/;
  const items = [];
  for (let rest = field; rest !== ''; ) {
    const match = item.exec(rest);
    if (match === null) return null;
    const pairs = match[2]?.split(';').slice(1) ?? [];
    const parameters = Object.fromEntries(pairs.map((pair) => [pair.split('=')[0], Number(pair.split('=')[1])]));
    items.push({ name: match[1]?.replace(/\\(.)/g, '$1') ?? '', parameters });
    rest = rest.slice(match[0].length);
  }
  return items;
}

describe('RateLimit fields', () => {
  it('read as the draft writes them', () => {
    const fields = new RateLimitFields([
      { name: 'per-user', capacity: 5, refillPerSecond: 1 },
      { name: 'per-address', capacity: 100, refillPerSecond: 30 },
    ]);
    expect(fields.policy).toBe('"per-user";q=5;w=5, "per-address";q=100;w=4');
    expect(fields.serviceLimits([4, 99.9])).toBe('"per-user";r=4;t=1, "per-address";r=99;t=1');
    expect(fields.serviceLimits([null, 99])).toBe('"per-address";r=99;t=1');
    expect(fields.serviceLimits([0, null], 0, 2400)).toBe('"per-user";r=0;t=3');
    expect(fields.serviceLimits([null, null])).toBe('');
  });

  it('say when the next token is there: at once where none is missing', () => {
    const slow = new RateLimitFields([{ name: 'a', capacity: 5, refillPerSecond: 0.15 }]);
    expect(slow.serviceLimits([5])).toBe('"a";r=5;t=1');
    expect(slow.serviceLimits([4])).toBe('"a";r=4;t=7');
  });

  const limit = fc.record({
    name: fc.string({ unit: 'grapheme-ascii', minLength: 1 }),
    capacity: fc.integer({ min: 1, max: 1_000_000 }),
    refillPerSecond: fc.double({ min: 0.001, max: 100_000, noNaN: true }),
  });

  it('parse as Lists of String Items, and promise no more than the bucket yields', () => {
    fc.assert(
      fc.property(fc.array(limit, { minLength: 1, maxLength: 8 }), (limits) => {
        const policies = parseList(new RateLimitFields(limits).policy);
        expect(policies?.map(({ name }) => name)).toEqual(limits.map(({ name }) => name));
        for (const [i, { capacity, refillPerSecond }] of limits.entries()) {
          const { q = 0, w = 0 } = policies?.[i]?.parameters ?? {};
          expect(q).toBe(capacity);
          expect(w).toBeGreaterThanOrEqual(1);
          expect(q).toBeLessThanOrEqual(refillPerSecond * w * (1 + 1e-9));
          expect((w - 1) * refillPerSecond).toBeLessThan(capacity);
        }
      }),
    );
  });

  it('never name a window that ends after Retry-After', () => {
    const left = fc.double({ min: -5, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(left, fc.nat(1e9), unit, (remaining, waitMs, random) => {
        const fields = new RateLimitFields([{ name: 'a', capacity: 1, refillPerSecond: 1 }]);
        const { r = -1, t = -1 } = parseList(fields.serviceLimits([remaining], 0, waitMs))?.[0]?.parameters ?? {};
        expect(r).toBe(Math.max(0, Math.floor(remaining)));
        expect(t).toBe(wholeSeconds(waitMs));
        expect(t).toBeLessThanOrEqual(retryAfterSeconds(waitMs, () => random));
      }),
    );
  });

  it('need at least one limit, as many buckets, and names a String can hold', () => {
    const one = { name: 'a', capacity: 1, refillPerSecond: 1 };
    expect(() => new RateLimitFields([])).toThrow(RangeError);
    expect(() => new RateLimitFields([one]).serviceLimits([])).toThrow(RangeError);
    expect(() => new RateLimitFields([{ ...one, name: 'é' }])).toThrow(RangeError);
    expect(() => new RateLimitFields([{ ...one, refillPerSecond: 0 }])).toThrow(RangeError);
  });
});

describe('request ids', () => {
  it('differ within a process and between two', () => {
    const [one, two] = [new RequestIds(), new RequestIds()];
    const ids = Array.from({ length: 1000 }, () => [one.next(), two.next()]).flat();
    expect(new Set(ids).size).toBe(2000);
    expect(ids.every((id) => /^[A-Za-z0-9_.-]+$/.test(id))).toBe(true);
  });

  it('take over what a proxy named, if it is plain', () => {
    const ids = new RequestIds('p');
    expect(ids.adopt('01J.abc-DEF_9')).toBe('01J.abc-DEF_9');
    for (const bad of [undefined, '', 'a b', 'a"b', 'a\\', 'é', '@', '`', '{', 'x'.repeat(129)]) {
      expect(ids.adopt(bad)).toMatch(/^p\./);
    }
  });
});
