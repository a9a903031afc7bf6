import { describe, expect, it } from '@jest/globals';
import { burstOptions } from '../../src/replay/burst-options.js';
import { type BurstReport, reportBurst } from '../../src/replay/burst-report.js';
import { Tally } from '../../src/replay/tally.js';
import { needsOf } from '../../src/simulate/needs.js';

const COSTS = {
  gatewayUs: { admitted: 100, queued: 50, poll: 25 },
  redisUs: { admitted: 10, queued: 5 },
  reserve: 0.5,
};

function reportWith(seconds: Partial<BurstReport['seconds']>, soldOutAtMs: number | null = null): BurstReport {
  const report = reportBurst(burstOptions({ people: 1 }), new Tally(1), null);
  return { ...report, soldOutAtMs, seconds: { ...report.seconds, ...seconds } };
}

describe('what a burst needs', () => {
  it('is what its busiest second costs, with the reserve', () => {
    // 10,000 claims go through, 20,000 join, 40,000 poll: 1 + 1 + 1 s of processor time in a second.
    const seconds = { sent: [10, 70_000, 5], polls: [0, 40_000, 0], received: [0, 10_000, 5], waiting: [0, 20_000, 3] };
    expect(needsOf(reportWith(seconds, 7000), COSTS)).toEqual({
      mostRequestsPerSecond: 70_000,
      mostPollsPerSecond: 40_000,
      longestLine: 20_000,
      soldOutAtSeconds: 7,
      cores: 6,
      shards: 1,
    });
    const joins = (sent: number) => needsOf(reportWith({ sent: [sent], polls: [], received: [] }), COSTS);
    expect(joins(100_000)).toMatchObject({ shards: 1, cores: 10 });
    expect(joins(200_000).shards).toBe(2);
  });

  it('is one of each for next to nothing', () => {
    expect(needsOf(reportWith({}))).toMatchObject({ cores: 1, shards: 1, soldOutAtSeconds: null });
  });
});
