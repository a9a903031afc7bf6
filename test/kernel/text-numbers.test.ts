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
  return Array.from({ length: table.rows }, (_, row) => row)
    .filter((row) => table.nameIn(row) !== undefined)
    .map((row) => [table.nameIn(row) as string, table.numberIn(row)] as const);
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
    expect([table.size, table.rows, table.get('a')]).toEqual([0, 0, undefined]);
  });

  it('take rows in the order in which they come, and the rows of those who left', () => {
    const table = new TextNumbers();
    for (let i = 0; i < 1000; i++) table.set(`${i}`, i);
    expect(rowsOf(table).map(([, number]) => number)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    for (let i = 0; i < 100; i++) table.delete(`${i}`);
    for (let i = 0; i < 100; i++) table.set(`new ${i}`, i);
    expect(table.rows).toBe(1000);
  });

  it('leave no room behind when most are gone', () => {
    const table = new TextNumbers();
    for (let i = 0; i < 10_000; i++) table.set(`${i}`, i);
    for (let i = 0; i < 9990; i++) table.delete(`${i}`);
    expect(table.rows).toBeLessThan(100);
    expect(rowsOf(table).map(([, number]) => number)).toEqual(Array.from({ length: 10 }, (_, i) => 9990 + i));
  });
});
