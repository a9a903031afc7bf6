import { describe, expect, it } from '@jest/globals';
import { AnswerCache } from '../../src/claims/answer-cache.js';

describe('answers that a process knows', () => {
  const answer = (bytes: number) => 'g'.repeat(bytes);
  /** What the cache counts for an answer of this length. */
  const counted = (length: number) => 150 + 2 * length;

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
    expect(told.map(([key]) => key).sort()).toEqual(['k0', 'k1', 'k2', 'k3', 'k4', 'k5']);
    for (const [key, text] of told) expect(text).toBe(cache.get(key));
  });

  it('are counted by what they hold now: again after a longer one, not at all after they are cleared', () => {
    const cache = new AnswerCache(10_000);
    expect(cache.bytes).toBe(0);
    cache.set('a', answer(10));
    cache.set('b', answer(20));
    expect(cache.bytes).toBe(counted(10) + counted(20));
    cache.set('a', answer(30));
    expect(cache.bytes).toBe(counted(30) + counted(20));
    cache.clear();
    expect([cache.bytes, cache.get('a'), [...cache.entries()]]).toEqual([0, undefined, []]);
  });

  it('grow old when the young ones fill half of the room and one more comes, and are gone when they do so again', () => {
    const cache = new AnswerCache(4 * counted(25));
    for (const key of ['a', 'b', 'c']) cache.set(key, answer(25));
    expect(cache.bytes).toBe(3 * counted(25));
    cache.set('d', answer(25));
    expect([...cache.entries()].map(([key]) => key)).toEqual(['c', 'd', 'a', 'b']);
    expect(cache.bytes).toBe(4 * counted(25));
    cache.set('e', answer(25));
    expect([...cache.entries()].map(([key]) => key)).toEqual(['e', 'c', 'd']);
    expect(cache.bytes).toBe(3 * counted(25));
  });

  it('are young again when they are asked for, and cleared whatever their age', () => {
    const cache = new AnswerCache(4 * counted(25));
    for (const key of ['a', 'b', 'c']) cache.set(key, answer(25));
    expect(cache.get('a')).toBe(answer(25));
    expect([...cache.entries()].map(([key]) => key)).toEqual(['c', 'a', 'b']);
    expect(cache.bytes).toBe(4 * counted(25));
    cache.clear();
    expect([cache.bytes, cache.get('b'), cache.get('c')]).toEqual([0, undefined, undefined]);
  });

  it('change, young or old, so that the first text is nowhere; what is not kept is not made', () => {
    const cache = new AnswerCache(4 * counted(25));
    for (const key of ['a', 'b', 'c']) cache.set(key, answer(25));
    for (const key of ['a', 'c', 'nobody']) cache.change(key, (text) => text.replaceAll('g', 'h').slice(5));
    expect([...cache.entries()]).toEqual([
      ['a', 'h'.repeat(20)],
      ['c', 'h'.repeat(20)],
      ['b', answer(25)],
    ]);
    expect(cache.bytes).toBe(2 * counted(20) + counted(25));
  });
});
