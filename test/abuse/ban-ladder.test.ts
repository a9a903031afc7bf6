import { describe, expect, it } from '@jest/globals';
import { BanLadder } from '../../src/abuse/ban-ladder.js';
import { FakeClock } from '../support/fake-clock.js';

const SETTINGS = { offences: 5, windowSeconds: 60, firstSeconds: 60, longestSeconds: 3600 };

function ladder(settings = SETTINGS) {
  const clock = new FakeClock();
  const bans = new BanLadder(settings, clock);
  const offend = (times: number, address = '192.0.2.1') => Array.from({ length: times }, () => bans.offend(address));
  return { clock, bans, offend };
}

describe('The ban ladder', () => {
  it('bans after so many offences within the window, and not before', async () => {
    const { clock, bans, offend } = ladder();
    expect([...offend(4), bans.inUse]).toEqual([0, 0, 0, 0, false]);
    await clock.advance(60_000);
    expect(offend(5)).toEqual([0, 0, 0, 0, 60]);
    expect([bans.inUse, bans.bannedMs('192.0.2.1'), bans.bannedMs('192.0.2.2')]).toEqual([true, 60_000, 0]);
    await clock.advance(60_000);
    expect([bans.inUse, bans.bannedMs('192.0.2.1')]).toEqual([false, 0]);
  });

  it('bans six times as long each time, and no longer than the longest', async () => {
    const { clock, offend } = ladder();
    const bans: number[] = [];
    for (let rung = 0; rung < 5; rung++) {
      const seconds = offend(5).at(-1)!;
      bans.push(seconds);
      await clock.advance(seconds * 1000);
    }
    expect(bans).toEqual([60, 360, 2160, 3600, 3600]);
  });

  it('forgets who has behaved for as long as the longest ban', async () => {
    const { clock, offend } = ladder();
    expect(offend(5).at(-1)).toBe(60);
    await clock.advance(60_000 + 3_600_001);
    expect(offend(5).at(-1)).toBe(60);
  });

  it('does not prolong a ban by what comes during it', async () => {
    const { clock, bans, offend } = ladder();
    offend(5);
    await clock.advance(30_000);
    expect(offend(20).every((seconds) => seconds === 0)).toBe(true);
    expect(bans.bannedMs('192.0.2.1')).toBe(30_000);
  });

  it('bans nobody where it is switched off', () => {
    const { bans, offend } = ladder({ ...SETTINGS, offences: 0 });
    expect(offend(1000).every((seconds) => seconds === 0)).toBe(true);
    expect(bans.inUse).toBe(false);
  });
});
