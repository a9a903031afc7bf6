import { describe, expect, it } from '@jest/globals';
import { MemoryEntries } from '../../src/claims/memory-entries.js';

const FOR_GOOD = Number.POSITIVE_INFINITY;

describe('MemoryEntries', () => {
  it('keeps the mark of what was granted when its answer is over, and gives its room to another', () => {
    const entries = new MemoryEntries();
    entries.write('granted', 'an answer', 100, 0);
    entries.mark('granted', 1000);
    entries.write('rejected', 'another', 100, 0);
    expect([entries.read('granted', 99), entries.read('rejected', 99)]).toEqual(['an answer', 'another']);
    expect([entries.read('granted', 100), entries.read('rejected', 100)]).toEqual(['m', null]);
    for (let i = 0; i < 10; i++) entries.write(`new ${i}`, `text ${i}`, FOR_GOOD, 200);
    expect(entries.keptOf('granted')).toEqual({ entry: null, marked: true });
    expect(entries.keptOf('rejected')).toEqual({ entry: null, marked: false });
    expect(Array.from({ length: 10 }, (_, i) => entries.read(`new ${i}`, 200))).toContain('text 9');
    expect([...entries.marks]).toEqual(['granted']);
  });

  it('lets go of all marks when they end, and of none that comes after', () => {
    const entries = new MemoryEntries();
    entries.mark('early', 500);
    expect(entries.read('early', 500)).toBeNull();
    entries.mark('late', 900);
    entries.write('early', 'again', FOR_GOOD, 600);
    expect([...entries.marks]).toEqual(['late']);
    expect([entries.read('early', 600), entries.read('late', 600)]).toEqual(['again', 'm']);
  });

  it('sweeps away what held only a mark, once marks are over, and keeps what has an answer', () => {
    const entries = new MemoryEntries();
    for (let i = 0; i < 100; i++) entries.mark(`granted ${i}`, 500);
    entries.write('kept', 'an answer', FOR_GOOD, 400);
    entries.mark('kept', 500);
    expect(entries.read('granted 0', 500)).toBeNull();
    for (let i = 0; i < 200; i++) entries.write('kept', 'an answer', FOR_GOOD, 600);
    expect(entries.size).toBe(1);
    expect(entries.read('kept', 600)).toBe('an answer');
  });

  it('goes on with what still counts, and changes only what is there', () => {
    const entries = new MemoryEntries();
    entries.recallMarksUntil(500);
    expect(entries.recall('a', { text: 'over', untilUs: 100 }, false, 200)).toBe(false);
    expect(entries.recall('b', { text: 'kept', untilUs: 300 }, true, 200)).toBe(true);
    entries.rewrite('a', 'nothing');
    entries.rewrite('b', 'erased');
    expect([entries.read('a', 200), entries.read('b', 200), entries.read('b', 300)]).toEqual([null, 'erased', 'm']);
    entries.delete('b');
    expect(entries.read('b', 200)).toBe('m');
    entries.clear();
    expect([entries.read('b', 200), [...entries.marks]]).toEqual([null, []]);
  });
});
