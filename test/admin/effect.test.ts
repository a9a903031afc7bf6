import { describe, expect, it } from '@jest/globals';
import { duration, effectOf } from '../../src/admin/effect.js';
import type { SettingValues } from '../../src/campaign/overrides.js';
import type { CampaignState } from '../../src/campaign/schedule.js';

const VALUES: SettingValues = {
  ratePerSecond: 500,
  burst: 50,
  concurrencyLimit: 64,
  maxWaiting: 1_000_000,
  graceMs: 45_000,
  state: null,
};

function effect(waiting: number, changes: Partial<SettingValues>, from: CampaignState = 'open', to = from): string {
  const after = { values: { ...VALUES, ...changes }, state: to };
  return effectOf({ waiting, before: { values: VALUES, state: from }, after }).join(' ');
}

describe('The effect of a change', () => {
  it('is when the line will be gone', () => {
    expect(effect(40_000, { ratePerSecond: 200 })).toBe(
      'At 200/s the 40,000 waiting clear in 3 min 20 s, instead of 1 min 20 s.',
    );
    expect(effect(0, { ratePerSecond: 200 })).toMatch(/nobody has to wait/);
    expect(effect(40_000, {}, 'paused', 'open')).toBe(
      'Claims are handed over. At 500/s the 40,000 waiting clear in 1 min 20 s.',
    );
    expect(effect(9, { ratePerSecond: 200 }, 'paused')).toMatch(
      /holds from when the campaign is open; now it is paused/,
    );
  });

  it('is what people in line are told', () => {
    expect(effect(7, {}, 'open', 'paused')).toMatch(/those who wait \(7\) keep their places/);
    expect(effect(1, {}, 'open', 'sold-out')).toMatch(/those who wait \(1\) are told SOLD_OUT/);
    expect(effect(7, { maxWaiting: 5 })).toMatch(/QUEUE_FULL. Those who wait \(7\) keep their places/);
    expect(effect(7, {})).toBe('Nothing changes.');
  });

  it('is told in the two largest units of time', () => {
    const told = [0, 0.2, 60, 200, 3600, 3725, 90_000].map(duration);
    expect(told).toEqual(['0 s', '1 s', '1 min', '3 min 20 s', '1 h', '1 h 2 min', '1 d 1 h']);
  });
});
