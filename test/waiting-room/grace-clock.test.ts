import { describe, expect, it } from '@jest/globals';
import { GraceClock } from '../../src/waiting-room/grace-clock.js';

const START_US = 60_000_000;

/** Ticks so many milliseconds apart; what the clock shows afterwards, from where it began. */
function shown(ticks: ReadonlyArray<{ ms: number; open?: boolean; full?: boolean; entered?: number }>): number {
  const clock = new GraceClock();
  let nowUs = START_US;
  clock.tick(nowUs, true, false, 0);
  for (const { ms, open = true, full = false, entered = 0 } of ticks) {
    nowUs += ms * 1000;
    clock.tick(nowUs, open, full, entered);
  }
  return clock.lineMs(nowUs) - START_US / 1000;
}

describe('The clock of grace', () => {
  it('goes on while somebody ticks and the door is open', () => {
    expect(shown([{ ms: 100 }, { ms: 1000 }])).toBe(1100);
    expect(shown([{ ms: 100, full: true, entered: 1 }])).toBe(100);
  });

  it('stands still while the campaign is not open, and while slots are full and nothing moves', () => {
    expect(shown([{ ms: 100, open: false }, { ms: 300 }])).toBe(300);
    expect(
      shown([
        { ms: 100, full: true },
        { ms: 200, full: true, entered: 1 },
        { ms: 300, full: true, entered: 1 },
      ]),
    ).toBe(200);
  });

  it('stands still while nobody ticks, but for the time that a tick is apart from the next', () => {
    expect(shown([{ ms: 1001 }])).toBe(50);
  });

  it('takes two ticks within a moment for one, and the first of all for no time', () => {
    const clock = new GraceClock();
    expect(clock.tick(20_000, false, false, 0)).toMatchObject({ shut: true });
    expect(clock.lineMs(20_000)).toBe(20);
    expect(clock.tick(69_999, true, true, 0)).toBeNull();
    expect(clock.tick(70_000, true, true, 0)).toEqual({ sinceUs: 50_000, shut: true, stoodUs: 50_000 });
    expect(clock.tick(170_000, true, true, 0)).toEqual({ sinceUs: 100_000, shut: true, stoodUs: 150_000 });
    expect(clock.tick(270_000, true, false, 0)).toEqual({ sinceUs: 100_000, shut: false, stoodUs: 0 });
  });

  it('goes on in the next process as if no time had passed', () => {
    const clock = new GraceClock();
    clock.recall(1234, START_US);
    expect([clock.lineMs(START_US), clock.lineMs(START_US + 5000)]).toEqual([1234, 1239]);
  });
});
