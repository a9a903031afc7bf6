import { afterEach, describe, expect, it } from '@jest/globals';
import { runBurst } from '../../src/replay/burst.js';
import type { BurstReport } from '../../src/replay/burst-report.js';
import { simulate } from '../../src/simulate/simulation.js';
import { GatewayBench } from '../support/gateway.js';
import { CAMPAIGN, SLOTS, smallBurst, smallWorld } from './small-world.js';

/** A small burst of tokens: a real gateway that has just started may or may not have it already. */
const admission = { ratePerSecond: 60, burst: 3 };
const people = 400;
const { bounds } = smallBurst();

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

/** The small burst over real sockets, with the gateway in this process. */
async function replayed(): Promise<BurstReport> {
  const service = await bench.sample({ serviceMs: 10, parallel: SLOTS, crashAbove: 200 });
  const { url } = await bench.open(service.url, {
    campaign: { ...CAMPAIGN, admission },
    upstream: { concurrency: { limit: SLOTS } },
  });
  const burst = { people, bounds: { ...bounds, ...admission }, targets: [{ url, share: 1 }], serviceUrl: service.url };
  const report = await runBurst(smallBurst(burst), { write: () => undefined });
  await bench.stopAll();
  return report;
}

/** A machine that is busy with something else says nothing: it gets another chance. */
async function validReplay(): Promise<BurstReport> {
  for (let attempt = 1; ; attempt++) {
    const report = await replayed();
    if (report.slipMs.p99 < 50 || attempt === 3) return report;
  }
}

describe('simulate and replay of the same small burst', () => {
  it('agree within a tenth on waits, and within two in a hundred on counts', async () => {
    const real = await validReplay();
    const { report: model } = await simulate(
      smallWorld({ people, bounds: { ...bounds, ...admission } }, { admission }),
    );
    for (const at of ['p50', 'p90', 'p99'] as const) {
      expect([at, Math.abs(model.waitMs[at] / real.waitMs[at] - 1) < 0.1]).toEqual([at, true]);
    }
    for (const count of ['granted', 'noShows', 'arrived'] as const) {
      expect(Math.abs(model[count] - real[count])).toBeLessThanOrEqual(0.02 * real.people);
    }
    expect(Math.abs(model.requests / real.requests - 1)).toBeLessThan(0.1);
  }, 60_000);
});
