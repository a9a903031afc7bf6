import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TextNumbers } from '../../src/kernel/text-numbers.js';

const names = Array.from({ length: 60 }, (_, i) => `name-${i}`);
const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('set' as const), name: fc.constantFrom(...names), to: fc.nat() }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('delete' as const), name: fc.constantFrom(...names) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drain' as const) }) },
);
/** Hashes that collide in part, all at the end of the table, and all. */
const hashes: ReadonlyArray<readonly [string, ((name: string) => number) | undefined]> = [
  ['its own hash', undefined],
  ['four hashes for all', (name) => name.charCodeAt(name.length - 1) & 3],
  ['hashes that wrap around the end of the table', (name) => -1 - (name.length & 1)],
];

function rowsOf(table: TextNumbers): Array<readonly [string, number]> {
  return Array.from({ length: table.size }, (_, row) => [table.nameIn(row), table.numberIn(row)] as const);
}

describe('numbers by name', () => {
  it.each(hashes)('are those of a plain map, whatever is set and deleted, with %s', (_, hash) => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 300, size: 'max' }), (commands) => {
        const table = new TextNumbers(hash);
        const model = new Map<string, number>();
        for (const one of commands) {
          if (one.do === 'set') {
            table.set(one.name, one.to);
            model.set(one.name, one.to);
          } else if (one.do === 'delete') {
            table.delete(one.name);
            model.delete(one.name);
          } else {
            for (const name of model.keys()) table.delete(name);
            model.clear();
          }
          expect(table.size).toBe(model.size);
        }
        for (const name of names) expect(table.get(name)).toBe(model.get(name));
        expect(new Map(rowsOf(table))).toEqual(model);
        expect(rowsOf(table)).toHaveLength(model.size);
      }),
    );
  });

  it('are those of a plain map at every moment of a crowd that comes and goes', () => {
    const crowd = Array.from({ length: 3000 }, (_, i) => `person-${i}`);
    const some = fc.record({ from: fc.nat(2999), count: fc.nat(3000), come: fc.boolean() });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 6 }), (moves) => {
        const table = new TextNumbers();
        const model = new Map<string, number>();
        let step = 0;
        for (const { from, count, come } of moves) {
          for (const name of crowd.slice(from, from + count)) {
            if (come) table.set(name, step);
            else table.delete(name);
            if (come) model.set(name, step);
            else model.delete(name);
            const other = crowd[(step++ * 7) % 3000]!;
            if (table.get(other) !== model.get(other)) return false;
          }
          expect(new Map(rowsOf(table))).toEqual(model);
        }
        return crowd.every((name) => table.get(name) === model.get(name)) && table.size === model.size;
      }),
      { numRuns: 40 },
    );
  });

  it('are kept exactly, whatever the number and whatever the name', () => {
    const table = new TextNumbers();
    const given = [
      ['', 0],
      ['a', 1.5e18 + 256],
      ['ä€😀', Number.NEGATIVE_INFINITY],
      [`${'long '.repeat(100)}b`, -0.1],
      [`${'long '.repeat(100)}c`, Number.MAX_SAFE_INTEGER],
    ] as const;
    for (const [name, number] of given) table.set(name, number);
    for (const [name, number] of given) expect(table.get(name)).toBe(number);
    table.clear();
    expect([table.size, table.get('a')]).toEqual([0, undefined]);
  });

  it('take rows in the order in which they come, and the last one takes the place of one that goes', () => {
    const table = new TextNumbers();
    for (let i = 0; i < 200_000; i++) table.set(`${i}`, i);
    expect(rowsOf(table).every(([name, number], row) => number === row && name === `${row}`)).toBe(true);
    table.delete('7');
    table.delete('199998');
    expect([table.numberIn(7), table.size]).toEqual([199_999, 199_998]);
    for (let i = 0; i < 199_990; i++) table.delete(`${i}`);
    expect(new Set(rowsOf(table).map(([, number]) => number))).toEqual(
      new Set([199_990, 199_991, 199_992, 199_993, 199_994, 199_995, 199_996, 199_997, 199_999]),
    );
  });
});
