import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decimalText } from '../../src/kernel/decimal-text.js';

it('Numbers are written as String writes them', () => {
  const edges = [
    0,
    7,
    999,
    1000,
    1001,
    999_999,
    1_000_000,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 53,
    -1,
    -0,
    0.5,
    Number.NaN,
    1e21,
  ];
  for (const n of edges) expect(decimalText(n)).toBe(String(n));
  fc.assert(fc.property(fc.oneof(fc.nat(), fc.maxSafeInteger(), fc.double()), (n) => decimalText(n) === String(n)));
});
