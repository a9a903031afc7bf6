import { describe, expect, it } from '@jest/globals';
import { AnswerCache } from '../../src/claims/answer-cache.js';
import { packAnswer } from '../../src/claims/answer-text.js';
import type { CampaignClaims } from '../../src/claims/campaign-claims.js';
import { Erasures } from '../../src/claims/erasures.js';
import { StoreUnavailableError } from '../../src/kernel/errors.js';

const ANSWER = packAnswer({
  ...{ outcome: 'granted', credentials: '', payload: '', status: 201, headers: [] },
  body: Buffer.from('RED-1'),
});

function record(revision: number, erased?: string): string {
  return JSON.stringify(
    erased ? { revision, action: 'erase', after: { erased: [erased] } } : { revision, action: 'x' },
  );
}

/** A log that grows while it is read, if asked to. */
function opened(kept: readonly string[]) {
  const log: string[] = [];
  const faults: unknown[] = [];
  const forgotten: string[] = [];
  const reads: number[] = [];
  const cache = new AnswerCache(1_000_000);
  for (const key of kept) cache.set(key, ANSWER);
  const claims = { cache, forget: (key: string) => forgotten.push(key) } as unknown as CampaignClaims;
  const state = { before: (): void => {} };
  const erasures = new Erasures({
    records: async (limit) => {
      reads.push(limit);
      state.before();
      return log.slice(-limit);
    },
    claims: () => claims,
    onFault: (fault) => faults.push(fault),
  });
  const observe = async (revision = log.length): Promise<void> => {
    erasures.observe(revision);
    await new Promise(setImmediate);
  };
  return { log, faults, forgotten, reads, state, observe };
}

describe('Erasures', () => {
  it('forgets what each record names, once, and reads no more than what is new', async () => {
    const { log, forgotten, reads, observe } = opened(['a', 'b']);
    log.push(record(1), record(2, 'a'));
    await observe();
    await observe();
    log.push(record(3, 'b'));
    await observe();
    expect([forgotten, reads]).toEqual([
      ['a', 'b'],
      [2, 1],
    ]);
  });

  it('misses none of those made while it reads', async () => {
    const { log, forgotten, state, observe } = opened(['a']);
    log.push(record(1, 'a'));
    state.before = () => {
      if (log.length < 4) log.push(record(log.length + 1), record(log.length + 2, 'b'));
    };
    await observe(1);
    await observe(4);
    expect(new Set(forgotten)).toEqual(new Set(['a', 'b']));
  });

  it('reads again what could not be read while the store was away', async () => {
    const { log, faults, forgotten, state, observe } = opened(['a']);
    log.push(record(1, 'a'));
    state.before = () => {
      throw new StoreUnavailableError('records', 1, null);
    };
    await observe();
    expect(forgotten).toEqual([]);
    state.before = () => {};
    await observe();
    expect([forgotten, faults]).toEqual([['a'], []]);
  });

  it('reads nothing where nothing is remembered, and passes over what is no record', async () => {
    const empty = opened([]);
    empty.log.push(record(1, 'a'));
    await empty.observe();
    expect(empty.reads).toEqual([]);
    const { log, faults, forgotten, observe } = opened(['a']);
    log.push('{', '"x"', record(3, 'a'));
    await observe();
    expect([forgotten, faults]).toEqual([['a'], []]);
  });
});

describe('An answer that is changed in memory', () => {
  it('is nowhere left as it was, in whichever generation it lay', () => {
    const cache = new AnswerCache(3000);
    const texts = () => [...cache.entries()].map(([, text]) => text);
    cache.set('a', 'secret'.repeat(100));
    for (let i = 0; i < 5 && cache.bytes < 2600; i++) cache.set(`b${i}`, 'x'.repeat(50));
    const before = cache.bytes;
    cache.change('a', () => 'gone');
    cache.change('nobody', () => 'gone');
    expect([cache.get('a'), cache.get('nobody')]).toEqual(['gone', undefined]);
    expect(texts().some((text) => text.includes('secret'))).toBe(false);
    expect(cache.bytes).toBeLessThan(before);
  });
});
