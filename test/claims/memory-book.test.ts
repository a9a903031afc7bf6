import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AskLedger } from '../../src/admission/ask.js';
import type { Settlement } from '../../src/admission/exchange.js';
import { orForGood, orNull } from '../../src/claims/book-memory.js';
import { MemoryBook } from '../../src/claims/memory-book.js';
import { NOTHING_KNOWN, SETTINGS } from '../admission/stores.js';

const LEASE_US = 5_000_000;
const NOW_US = 60_000_000;
const KNOWN = NOTHING_KNOWN.claims;
const BOUNDED = { ...SETTINGS.claims, budget: 10 };
const FREE = { outcome: 'free', text: '', keepMs: 0, markMs: -1 } as const;
const GRANTED = { outcome: 'granted', text: 'g\n-\n201t\n\nok', keepMs: 0, markMs: 0 } as const;
const UNKNOWN = { outcome: 'unknown', text: 'u5 a1 - -', keepMs: 0, markMs: -1 } as const;

const asking = (key: string, repeats = ''): AskLedger => ({ key, attempt: 'a1', memo: '- -', repeats });
const ending = (key: string, how: typeof FREE | typeof GRANTED | typeof UNKNOWN, more: Partial<Settlement> = {}) => ({
  ...{ key, attempt: 'a1', counts: true, generation: 'gen-1', era: 0, ...how },
  ...more,
});

/** One granted, one unknown, one at the service, and of a loss two that were open, one of them of unknown outcome. */
function kept(): MemoryBook {
  const book = new MemoryBook();
  book.merge({ ...KNOWN, granted: 3, held: 2, unknown: 1, attempts: 9 }, true, true, NOW_US);
  for (const key of ['granted', 'unknown', 'open']) book.open(asking(key), LEASE_US, NOW_US);
  book.settle(ending('granted', GRANTED), 'gen-1', NOW_US);
  book.settle(ending('unknown', UNKNOWN), 'gen-1', NOW_US);
  book.recorded(asking('granted'), NOW_US);
  return book;
}

const FIGURES = { granted: 4, replayed: 1, inFlight: 1, unknown: 1, lost: 1, losses: 1, confirmed: 0, soldOut: false };

describe('The book of the ledger', () => {
  let book: MemoryBook;
  beforeEach(() => {
    book = kept();
  });

  it('tells an operator what was granted, what is open, and what was lost', () => {
    expect(book.figures(NOW_US)).toEqual(FIGURES);
    expect(book.figures(NOW_US + LEASE_US + 1)).toEqual({ ...FIGURES, inFlight: 0, unknown: 2 });
    book.noteSign({ claimant: 'ann', sign: 'certain' });
    expect(book.figures(NOW_US).soldOut).toBe(true);
  });

  it('tells a gateway the same, and of unknown claims only where there is a ledger', () => {
    const view = book.view(SETTINGS.claims, NOW_US, 0);
    expect(view).toMatchObject({ granted: 4, attempts: 12, held: 2, unknown: 1, lost: 2, losses: 1, soldOut: 0 });
    expect(book.view({ ...SETTINGS.claims, ledger: false }, NOW_US, 0).unknown).toBe(0);
    expect(book.view(SETTINGS.claims, NOW_US + LEASE_US, 0).unknown).toBe(1);
    expect(book.view(SETTINGS.claims, NOW_US + LEASE_US + 1, 0).unknown).toBe(2);
  });

  it('names the claims that nobody answers for any more, the oldest first', () => {
    expect(book.unknownEntries(NOW_US)).toEqual([['unknown', 'u5 a1 - -']]);
    expect(book.unknownEntries(NOW_US + LEASE_US + 1).map(([key]) => key)).toEqual(['unknown', 'open']);
  });

  it('lets an operator end what is open and over, and nothing else', () => {
    expect(book.resolve('nobody', GRANTED, NOW_US)).toBe('none');
    expect(book.resolve('granted', FREE, NOW_US)).toBe('closed');
    expect(book.resolve('open', FREE, NOW_US + LEASE_US)).toBe('in-flight');
    expect(book.resolve('open', FREE, NOW_US + LEASE_US + 1)).toBe('resolved');
    expect(book.resolve('unknown', GRANTED, NOW_US)).toBe('resolved');
    expect(book.figures(NOW_US)).toMatchObject({ granted: 5, unknown: 0, inFlight: 0 });
    expect(book.recorded(asking('open'), NOW_US)).toBeNull();
  });

  it('lets an operator say how the lost ended, all at once and once', () => {
    expect(kept().resolve('lost', FREE, NOW_US)).toBe('resolved');
    expect(book.resolve('lost', GRANTED, NOW_US)).toBe('resolved');
    expect(book.figures(NOW_US)).toMatchObject({ granted: 5, lost: 0 });
    expect(book.resolve('lost', GRANTED, NOW_US)).toBe('none');
  });

  it('has open claims while one is open, or one of unknown outcome was lost', () => {
    for (const key of ['open', 'unknown']) book.settle(ending(key, FREE), 'gen-1', NOW_US);
    expect(book.hasOpenClaims).toBe(true);
    book.resolve('lost', FREE, NOW_US);
    expect(book.hasOpenClaims).toBe(false);
    expect(book.isOpen('open')).toBe(false);
  });

  it('goes on in the next process where this one ended', () => {
    const next = new MemoryBook();
    next.recall(JSON.parse(JSON.stringify(book.memory())));
    for (const key of ['granted', 'unknown', 'open']) {
      expect(next.recallEntry(key, JSON.parse(JSON.stringify(book.entryOf(key))), NOW_US)).toBe(true);
    }
    expect(book.entryOf('nobody')).toBeNull();
    expect(next.figures(NOW_US)).toEqual(FIGURES);
    expect(next.view(SETTINGS.claims, NOW_US, 0)).toEqual(book.view(SETTINGS.claims, NOW_US, 0));
    expect(next.recorded(asking('granted'), NOW_US)).toBe(GRANTED.text);
    expect([...next.marks]).toEqual(['granted']);
    expect(next.memory()).toEqual({ ...book.memory(), replayed: 2 });
    // What was counted since the loss still adds up with what is known of before.
    next.merge({ ...KNOWN, grantedBefore: 7 }, false, false, NOW_US);
    expect(next.figures(NOW_US).granted).toBe(8);
  });

  it('recalls nothing that is over, or of an earlier era', () => {
    const answer = { era: 0, text: 'r', untilUs: NOW_US + 1, marked: false, unitUs: null };
    expect(book.recallEntry('a', answer, NOW_US)).toBe(true);
    expect(book.recallEntry('b', { ...answer, untilUs: NOW_US }, NOW_US)).toBe(false);
    expect(book.recallEntry('c', { ...answer, era: 1 }, NOW_US)).toBe(false);
    expect(['a', 'b', 'c'].map((key) => book.recorded(asking(key), NOW_US))).toEqual(['r', null, null]);
    expect(new MemoryBook().recallEntry('d', { ...answer, text: null, marked: true }, NOW_US)).toBe(false);
  });

  it('is behind whoever knows of more grants, more attempts or a later era, and of nothing else', () => {
    const same = { ...KNOWN, granted: 4, attempts: 12 };
    expect(book.isAhead(same)).toBe(false);
    expect(book.isAhead({ ...same, granted: 5 })).toBe(true);
    expect(book.isAhead({ ...same, attempts: 13 })).toBe(true);
    expect(book.isAhead({ ...same, era: 1, granted: 0 })).toBe(true);
    book.beginEra();
    expect(book.isAhead({ ...same, granted: 99 })).toBe(false);
  });

  it('begins an era with nothing of the one before, but the number of losses', () => {
    book.noteSign({ claimant: 'ann', sign: 'certain' });
    book.beginEra();
    expect(book.figures(NOW_US)).toEqual({ ...FIGURES, granted: 0, replayed: 0, inFlight: 0, unknown: 0, lost: 0 });
    expect(book.view(BOUNDED, NOW_US + LEASE_US, 0)).toMatchObject({ era: 1, attempts: 0, held: 0, soldOut: 0 });
    expect([[...book.marks].length, book.entryOf('granted'), book.recorded(asking('granted'), NOW_US)]).toEqual([
      0,
      null,
      null,
    ]);
    book.settle(ending('granted', GRANTED), 'gen-1', NOW_US);
    expect(book.figures(NOW_US).granted).toBe(0);
  });

  it('counts and marks no grant that its settlement says not to', () => {
    book.settle(ending('open', { ...GRANTED, markMs: -1 } as never, { counts: false }), 'gen-1', NOW_US);
    expect(book.figures(NOW_US)).toMatchObject({ granted: 4, inFlight: 0 });
    expect([...book.marks]).not.toContain('open');
  });

  it('keeps a unit for each that is open or lost, and none for anybody just after a loss', () => {
    expect(book.unitsLeft(SETTINGS.claims, NOW_US, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(book.unitsLeft(BOUNDED, NOW_US, 0)).toBe(0);
    const afterUs = NOW_US + 1_500_000;
    expect(book.lostWithin(1_500_000, afterUs - 1)).toBe(true);
    expect(book.unitsLeft(BOUNDED, afterUs, 0)).toBe(10 - 4 - 2 - 2);
    expect(book.unitsLeft(BOUNDED, afterUs, 5)).toBe(10 - 4 - 2 - 3);
    expect(book.unitsLeft(BOUNDED, NOW_US + LEASE_US, 5)).toBe(10 - 4 - 2 - 1);
    expect(book.unitsLeft({ ...BOUNDED, budget: 3 }, NOW_US + LEASE_US, 0)).toBe(0);
    const full = { ...BOUNDED, budget: 7 };
    expect(book.mayOpen(asking('open'), full, NOW_US + LEASE_US, 0)).toBe(true);
    expect(book.mayOpen(asking('new'), full, NOW_US + LEASE_US, 0)).toBe(false);
    expect(book.mayOpen(asking('new'), { ...full, budget: 8 }, NOW_US + LEASE_US, 0)).toBe(true);
  });

  it('halts after a loss until it is confirmed, where that is asked for', () => {
    const strict = { ...SETTINGS.claims, strict: true };
    expect([book.isHalted(strict), book.isHalted(SETTINGS.claims)]).toEqual([true, false]);
    book.merge({ ...KNOWN, confirmed: 1 }, false, false, NOW_US);
    expect(book.isHalted(strict)).toBe(false);
    // One loss that many gateways tell of is one; the next that this store itself finds is another.
    book.merge(KNOWN, true, true, NOW_US);
    expect(book.figures(NOW_US).losses).toBe(1);
    book.merge({ ...KNOWN, held: 9 }, true, false, NOW_US);
    expect(book.figures(NOW_US).losses).toBe(2);
    expect(book.view(SETTINGS.claims, NOW_US, 0).lost).toBe(9 - 2);
  });

  it('forgets what is over as others are written, and marks when the campaign is over', () => {
    for (let n = 0; n < 200; n++) {
      const settled = { ...ending(`k${n}`, GRANTED), keepMs: 1, markMs: 500 };
      book.settle(settled, 'gen-1', NOW_US + n * 2000);
    }
    const kept = Array.from({ length: 200 }, (_, n) => book.entryOf(`k${n}`)?.text ?? null);
    expect(kept.filter((text) => text !== null).length).toBeLessThan(20);
    expect(book.recorded(asking('k0'), NOW_US + 897_999)).toBe('m');
    expect(book.recorded(asking('k0'), NOW_US + 898_000)).toBeNull();
    expect([...book.marks]).toEqual([]);
  });
});

it('What holds for good is written as null, and read as for good', () => {
  expect([orNull(Number.POSITIVE_INFINITY), orNull(NOW_US), orNull(0)]).toEqual([null, NOW_US, 0]);
  expect([orForGood(null), orForGood(NOW_US), orForGood(0)]).toEqual([Number.POSITIVE_INFINITY, NOW_US, 0]);
});
