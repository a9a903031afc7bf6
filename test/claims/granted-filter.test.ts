import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { GrantedFilter } from '../../src/claims/granted-filter.js';

const names = (count: number): string[] => Array.from({ length: count }, () => randomBytes(16).toString('base64url'));

describe('GrantedFilter', () => {
  it('contains every name, read in parts, and fewer than one stranger in 100', async () => {
    const granted = names(20_000);
    let reads = 0;
    const filter = new GrantedFilter(
      {
        read: async (cursor) => {
          reads++;
          const from = Number(cursor);
          return {
            names: granted.slice(from, from + 3000),
            next: from + 3000 < granted.length ? `${from + 3000}` : '',
          };
        },
      },
      () => {},
    );
    expect(filter.mayContain(names(1)[0]!)).toBe(true);
    await filter.refresh('g 20000', granted.length);
    await filter.refresh('g 20000', granted.length);
    expect(reads).toBe(7);
    expect(granted.every((name) => filter.mayContain(name))).toBe(true);
    const mistaken = names(20_000).filter((name) => filter.mayContain(name)).length;
    expect(mistaken).toBeLessThan(200);
  });

  it('lets everybody ask while the names could not be read, and tries again', async () => {
    const faults: unknown[] = [];
    let broken = true;
    const filter = new GrantedFilter(
      {
        read: async () => {
          if (broken) throw new Error('away');
          return { names: [], next: '' };
        },
      },
      (fault) => faults.push(fault),
    );
    await filter.refresh('g 1', 1);
    expect([faults.length, filter.mayContain(names(1)[0]!)]).toEqual([1, true]);
    broken = false;
    await filter.refresh('g 1', 1);
    expect(filter.mayContain(names(1)[0]!)).toBe(false);
  });
});
