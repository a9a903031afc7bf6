import { describe, expect, it } from '@jest/globals';
import { PROFILES } from '../../src/replay/profiles/catalogue.js';
import { simulate } from '../../src/simulate/simulation.js';
import { smallWorld } from './small-world.js';

/** Each profile, pressed into 15 s, before a door that is too small for its peak. */
describe('the rooms of a gateway keep their promises under', () => {
  it.each([...PROFILES.values()].map((profile) => [profile.name, profile] as const))('%s', async (shape, { mix }) => {
    const { report } = await simulate(
      smallWorld(
        { shape, mix, people: 800, overSeconds: 15, patienceMs: 600_000 },
        { claims: { mode: 'per-claimant' } },
      ),
    );
    const broken = report.verdicts.filter(({ held }) => held === false);
    expect(broken).toEqual([]);
    expect(report.granted).toBeGreaterThan(0);
    expect(report.upstream?.overBound).toBeLessThanOrEqual(0);
  });
});
