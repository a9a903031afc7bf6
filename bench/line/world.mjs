/** A burst on the virtual clock, with the rooms of real gateways. */
import { room } from '../subjects/spillway.mjs';

export const BOUNDS = { ratePerSecond: 390, burst: 20, concurrency: 64 };
const A_DAY = Date.UTC(2026, 1, 17);
const TARGETS = ['http://127.0.0.1:1', 'http://127.0.0.1:2'].map((url) => ({ url, share: 1 }));

export async function boundsOf(given) {
  const { DEFAULT_BOUNDS } = await room('replay/burst-options.js');
  return { ...DEFAULT_BOUNDS, ledger: false, ...given };
}

/** @param burst - what differs from a burst of obedient people who arrive at random */
export async function simulated(burst) {
  const { simulate } = await room('simulate/simulation.js');
  const { burstOptions } = await room('replay/burst-options.js');
  const { campaignSchema } = await room('config/campaign-schema.js');
  const { upstreamSchema } = await room('config/upstream-schema.js');
  const { ratePerSecond, burst: most, concurrency: limit } = BOUNDS;
  const route = { id: 'lny', upstream: 'incentives', routes: [{ methods: ['POST'], path: '/claims' }] };
  return simulate({
    burst: burstOptions({
      campaign: 'lny',
      claimPath: '/claims',
      targets: TARGETS,
      bounds: await boundsOf(BOUNDS),
      ...burst,
    }),
    campaign: campaignSchema.parse({ ...route, admission: { ratePerSecond, burst: most } }),
    upstream: upstreamSchema.parse({ id: 'incentives', targets: ['http://127.0.0.1:9'], concurrency: { limit } }),
    service: { serviceMs: 50, parallel: limit, crashAbove: 20 * limit, slowdown: 2, restartMs: 3000, timeoutMs: 3000 },
    gateway: true,
    roundTripMs: 10,
    changes: [],
    startWallMs: A_DAY,
  });
}
