import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ClaimantHasher } from '../../src/claimant/claimant-hash.js';
import { BoundedCache } from '../../src/kernel/bounded-cache.js';

const salt = Buffer.from('0123456789abcdef0123456789abcdef');

describe('a claimant hash', () => {
  it('is the first 128 bits of HMAC-SHA-256, in 22 characters, from the cache as from the key', () => {
    const hasher = new ClaimantHasher(salt);
    const full = createHmac('sha256', salt).update('u-1').digest().subarray(0, 16).toString('base64url');
    expect([hasher.hash('u-1'), hasher.hash('u-1')]).toEqual([full, full]);
    expect(full).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it('differs between claimants and between campaigns', () => {
    const [one, two] = [new ClaimantHasher(salt), new ClaimantHasher(randomBytes(32))];
    const ids = Array.from({ length: 1000 }, (_, i) => `u-${i}`);
    expect(new Set(ids.flatMap((id) => [one.hash(id), two.hash(id)])).size).toBe(2000);
  });

  it('refuses a short salt', () => {
    expect(() => new ClaimantHasher(randomBytes(15))).toThrow(RangeError);
  });
});

describe('a bounded cache', () => {
  it('never holds more than twice its capacity, and gives only what was put in', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.nat(30), { maxLength: 200 }), (capacity, keys) => {
        const cache = new BoundedCache<number>(capacity);
        for (const [i, key] of keys.entries()) {
          const held = cache.get(String(key));
          expect([undefined, keys.lastIndexOf(key, i - 1)]).toContain(held);
          cache.set(String(key), i);
          expect(cache.get(String(key))).toBe(i);
          expect(cache.size).toBeLessThanOrEqual(2 * capacity);
        }
      }),
    );
  });

  it('keeps what is asked for while others flood it', () => {
    const cache = new BoundedCache<string>(100);
    cache.set('mine', 'kept');
    for (let i = 0; i < 10_000; i++) {
      cache.set(`flood-${i}`, '');
      if (i % 50 === 0) expect(cache.get('mine')).toBe('kept');
    }
  });
});
