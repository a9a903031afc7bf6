import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../../src/kernel/clock.js';
import { LateCuts } from '../../src/proxy/late-cuts.js';

describe('Late cuts', () => {
  it('come a few a turn, in order, and go on with what a cut adds', () => {
    const turns: Array<() => void> = [];
    const cuts = new LateCuts({ afterTurn: (run: () => void) => void turns.push(run) } as Clock);
    const cut: number[] = [];
    for (let i = 0; i < 6; i++) cuts.add(() => void cut.push(i));
    cuts.add(() => cuts.add(() => void cut.push(7)));
    const seen: number[][] = [];
    while (turns.length > 0) {
      expect(turns).toHaveLength(1);
      seen.push([...cut]);
      turns.shift()!();
    }
    expect(seen).toEqual([[], [0, 1, 2, 3], [0, 1, 2, 3, 4, 5]]);
    expect(cut).toEqual([0, 1, 2, 3, 4, 5, 7]);
  });
});
