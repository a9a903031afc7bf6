import { afterEach, describe, expect, it } from '@jest/globals';
import { runBurst } from '../../src/replay/burst.js';
import { type BurstOptions, burstOptions, DEFAULT_BOUNDS } from '../../src/replay/burst-options.js';
import type { BurstReport } from '../../src/replay/burst-report.js';
import { PROFILES } from '../../src/replay/profiles/catalogue.js';
import { GatewayBench, type GatewaySettings, sumOf } from '../support/gateway.js';

/**
 * Bursts over real sockets, each pressed into seconds, before a door that is too small for its peak. The other
 * profiles run in test/simulate/regression.test.ts. Gateway, service and people share this process: what depends on how
 * fast it is, is judged only when the burst itself was on time, and the service may have seen claims closer together by
 * as much as the process ever stood still.
 */
const admission = { ratePerSecond: 80, burst: 20 };
const SLOTS = 10;
const PACE = 'never over the rate';
const OF_THE_MACHINE = new Set([PACE, 'never idle', 'first come, first called', 'nobody far overtaken']);
const ON_TIME_MS = 50;

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

interface Seen {
  readonly report: BurstReport;
  /** Promises that were broken, of those that this run could judge. */
  readonly broken: readonly string[];
  readonly metrics: ReadonlyMap<string, number>;
}

async function replay(
  shape: string,
  given: Partial<BurstOptions>,
  campaign: GatewaySettings['campaign'] = {},
): Promise<Seen> {
  const service = await bench.sample({ serviceMs: 20, parallel: SLOTS, crashAbove: 200 });
  const gateway = await bench.open(service.url, {
    campaign: { admission, claims: { mode: 'per-claimant' }, ...campaign },
    upstream: { concurrency: { limit: SLOTS } },
  });
  const options = burstOptions({
    campaign: 'lny',
    shape,
    mix: PROFILES.get(shape)?.mix ?? { obedient: 1 },
    targets: [{ url: gateway.url, share: 1 }],
    serviceUrl: service.url,
    bounds: { ...DEFAULT_BOUNDS, ...admission, concurrency: SLOTS, maxSlipP99Ms: 10_000, ledger: true },
    ...given,
  });
  const report = await runBurst(options, { write: () => undefined });
  const onTime = report.slipMs.p99 <= ON_TIME_MS;
  const stoodStillMs = report.slipMs.max;
  expect(report.upstream?.overBound).toBeLessThanOrEqual((admission.ratePerSecond * stoodStillMs) / 1000);
  const broken = report.verdicts
    .filter(({ held, promise }) => held === false && (onTime ? promise !== PACE : !OF_THE_MACHINE.has(promise)))
    .map(({ promise, finding }) => `${promise}: ${finding}`);
  return { report, broken, metrics: await gateway.metrics() };
}

/** What the gateway counted is what people were told. */
function expectSameCounts({ report, metrics }: Seen): void {
  expect(sumOf(metrics, 'spillway_requests_total', { outcome: 'queued' })).toBe(report.codes.QUEUED ?? 0);
  expect(sumOf(metrics, 'spillway_claims_total', { outcome: 'granted' })).toBe(report.granted - report.replays);
}

describe('a gateway keeps its promises under', () => {
  it('midnight-drop: a jump, a peak and a long tail', async () => {
    const seen = await replay('midnight-drop', { people: 700, overSeconds: 8 });
    expect(seen.broken).toEqual([]);
    expect(seen.report.granted + seen.report.noShows).toBe(700);
    expectSameCounts(seen);
  }, 120_000);

  it('viral-invite: each success brings more', async () => {
    const seen = await replay('viral-invite', { people: 700, overSeconds: 8 });
    expect(seen.broken).toEqual([]);
    expect(seen.report.granted).toBe(seen.report.arrived - seen.report.noShows);
    expect(seen.report.arrived).toBeGreaterThan(200);
    expectSameCounts(seen);
  }, 120_000);

  it('onsale-prequeue-bots: a third of them bots that poll as fast as they can', async () => {
    const { opensAtSeconds, seconds } = PROFILES.get('onsale-prequeue-bots')!;
    const opensInMs = 1000 + (opensAtSeconds * 8000) / seconds;
    const schedule = { prequeueAt: '2026-01-01T00:00:00Z', opensAt: new Date(Date.now() + opensInMs).toISOString() };
    const seen = await replay('onsale-prequeue-bots', { people: 400, overSeconds: 8 }, { schedule });
    expect(seen.broken).toEqual([]);
    expect(seen.report.granted).toBeGreaterThan(300);
  }, 120_000);

  it('retry-storm: the service fails, everybody retries, and all are served in the end', async () => {
    const seen = await replay('retry-storm', { people: 400, overSeconds: 8 });
    expect(seen.broken).toEqual([]);
    expect(seen.report.answers['claim 503']).toBeGreaterThan(5);
    expect(seen.report.granted).toBe(400);
  }, 120_000);

  it('hopeless-odds: when all is gone, everybody is told', async () => {
    const seen = await replay('hopeless-odds', { people: 500, overSeconds: 4 });
    expect(seen.broken).toEqual([]);
    expect(seen.report.granted).toBeLessThan(10);
    expect(seen.report.refused.SOLD_OUT).toBeGreaterThan(300);
    expect(seen.report.soldOutAtMs).toBeGreaterThan(0);
  }, 120_000);
});
