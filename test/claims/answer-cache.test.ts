import { describe, expect, it } from '@jest/globals';
import { AnswerCache } from '../../src/claims/answer-cache.js';

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
