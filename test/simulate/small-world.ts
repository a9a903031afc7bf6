import { campaignSchema } from '../../src/config/campaign-schema.js';
import { upstreamSchema } from '../../src/config/upstream-schema.js';
import { type BurstOptions, burstOptions, DEFAULT_BOUNDS } from '../../src/replay/burst-options.js';
import type { SimulationOptions } from '../../src/simulate/simulation.js';

export const ADMISSION = { ratePerSecond: 60, burst: 6 };
export const SLOTS = 10;

/** Settings of the small campaign, as a configuration file has them. */
export const CAMPAIGN = {
  id: 'lny',
  upstream: 'incentives',
  routes: [{ methods: ['POST'], path: '/campaigns/lny/claims' }],
  claimant: { from: 'header', name: 'x-user-id', unverified: true },
  admission: ADMISSION,
};

/** 300 people within a second before a door for 60 a second. */
export function smallBurst(given: Partial<BurstOptions> = {}): BurstOptions {
  return burstOptions({
    campaign: 'lny',
    people: 300,
    overSeconds: 1,
    shape: 'tv-minute',
    mix: { obedient: 0.9, absent: 0.1 },
    runId: 'p',
    bounds: { ...DEFAULT_BOUNDS, ...ADMISSION, concurrency: SLOTS, ledger: false },
    ...given,
  });
}

export function smallWorld(
  burst: Partial<BurstOptions> = {},
  campaign: object = {},
  given: Partial<SimulationOptions> = {},
): SimulationOptions {
  return {
    burst: smallBurst(burst),
    campaign: campaignSchema.parse({ ...CAMPAIGN, ...campaign }),
    upstream: upstreamSchema.parse({
      id: 'incentives',
      targets: ['http://127.0.0.1:9000'],
      concurrency: { limit: SLOTS },
      idempotent: true,
    }),
    service: { serviceMs: 10, parallel: SLOTS, crashAbove: 200, slowdown: 2, restartMs: 3000, timeoutMs: 3000 },
    gateway: true,
    roundTripMs: 2,
    changes: [],
    startWallMs: Date.UTC(2026, 1, 17),
    ...given,
  };
}
