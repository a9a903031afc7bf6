import { afterEach, describe, expect, it } from '@jest/globals';
import { runBurst, TargetUnreachableError } from '../../src/replay/burst.js';
import { type BurstOptions, burstOptions } from '../../src/replay/burst-options.js';
import type { BurstReport } from '../../src/replay/burst-report.js';
import { type ClaimService, startClaimService } from '../../src/sample/claim-service.js';
import { type ModelGatewayOptions, startModelGateway } from './model-gateway.js';

/** Wide: people, gateway and service share one event loop here, on a machine that may be busy. */
const BOUNDS = {
  ratePerSecond: 300,
  burst: 50,
  concurrency: 10,
  minFairness: 0.8,
  maxOvertakenP99Ms: 10_000,
  maxSlipP99Ms: 10_000,
  ledger: true,
  changes: [],
  thresholds: [],
};
const running: Array<{ stop(): Promise<void> }> = [];
const silent = { write: () => undefined };

afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

async function startService(): Promise<ClaimService> {
  const service = await startClaimService({ serviceMs: 5, parallel: 10 });
  running.push(service);
  return service;
}

async function startGateway(service: ClaimService, options: Partial<ModelGatewayOptions> = {}): Promise<string> {
  const serviceUrl = service.url;
  const gateway = await startModelGateway({ serviceUrl, ratePerSecond: 180, burst: 10, slots: 10, ...options });
  running.push(gateway);
  return gateway.url;
}

/** 200 people within 0.6 s, on the gateways at `urls`. */
function burst(service: ClaimService | null, urls: string[], given: Partial<BurstOptions> = {}): Promise<BurstReport> {
  const targets = urls.map((url) => ({ url, share: 1 }));
  const serviceUrl = service?.url ?? null;
  return runBurst(
    burstOptions({ targets, serviceUrl, bounds: BOUNDS, people: 200, overSeconds: 0.6, ...given }),
    silent,
  );
}

/** A run whose own requests left late was held up by the machine, and says nothing: it is run again. */
async function onTime(run: () => Promise<BurstReport>): Promise<BurstReport> {
  let report = await run();
  for (let more = 4; more > 0 && report.slipMs.p99 > 100; more--) report = await run();
  return report;
}

const broken = (report: BurstReport) =>
  report.verdicts.filter(({ held }) => held === false).map(({ promise }) => promise);

describe('runBurst', () => {
  it('finds every promise held by a gateway that keeps them', async () => {
    const service = await startService();
    const report = await burst(service, [await startGateway(service)]);
    expect(broken(report)).toEqual([]);
    expect(report).toMatchObject({ outcome: 'held', exitStatus: 0, granted: 200, servedBy: 'service' });
    expect(report.claimsPerSecond).toBeGreaterThan(20);
    expect(report.requestsPerGrant).toBe(report.requests / 200);
    expect(report.upstream).toMatchObject({ received: 200, crashes: 0 });
  });

  it('sees a gateway that hands over more than its rate and its slots', async () => {
    const service = await startService();
    const gateway = await startGateway(service, { ratePerSecond: 5000, burst: 1000, slots: 100 });
    const report = await burst(service, [gateway], {
      overSeconds: 0.1,
      bounds: { ...BOUNDS, ratePerSecond: 50, burst: 10, concurrency: 5 },
    });
    expect(report.exitStatus).toBe(99);
    expect(broken(report)).toEqual(expect.arrayContaining(['never over the rate', 'never over the slots']));
  });

  it('sees a gateway that calls the newest first', async () => {
    const report = await onTime(async () => {
      const service = await startService();
      return burst(service, [await startGateway(service, { unfair: true })]);
    });
    expect(broken(report)).toContain('first come, first called');
    expect(report.fairness).toBeLessThan(0.8);
  });

  it('sees people turned away from a campaign that runs', async () => {
    const service = await startService();
    const report = await burst(service, [await startGateway(service, { turnsAway: true })]);
    expect(broken(report)).toEqual(['everybody answered']);
    expect(report.refused.REQUEST_INVALID).toBe(200 - report.granted);
  });

  it('counts those who did not come, and serves all others', async () => {
    const report = await onTime(async () => {
      const service = await startService();
      return burst(service, [await startGateway(service)], { mix: { obedient: 0.7, absent: 0.3 } });
    });
    expect(report.noShows).toBeGreaterThan(20);
    expect(report).toMatchObject({ exitStatus: 0, granted: 200 - report.noShows });
  });

  it('spreads people over several gateways, and judges what reached the one service', async () => {
    const service = await startService();
    const half = { ratePerSecond: 90, burst: 5, slots: 5 };
    const report = await burst(service, [await startGateway(service, half), await startGateway(service, half)]);
    expect(report).toMatchObject({ granted: 200, upstream: { received: 200 } });
  });

  it('judges by the answers alone when no service is named, and leaves the rest unseen', async () => {
    const report = await onTime(async () => burst(null, [await startGateway(await startService())]));
    expect(report).toMatchObject({ exitStatus: 0, servedBy: 'people', upstream: null });
    expect(report.verdicts.filter(({ held }) => held === null)).toHaveLength(7);
  });

  it('says that the run is invalid when it fell behind its own plan', async () => {
    const service = await startService();
    const report = await burst(service, [await startGateway(service)], {
      people: 20,
      bounds: { ...BOUNDS, maxSlipP99Ms: -1 },
    });
    expect(report).toMatchObject({ outcome: 'invalid', exitStatus: 98 });
  });

  it('sends nobody when a gateway does not listen', async () => {
    const service = await startService();
    const gone = await startClaimService();
    await gone.stop();
    await expect(burst(service, [service.url, gone.url])).rejects.toBeInstanceOf(TargetUnreachableError);
    expect(service.stats().received).toBe(0);
  });
});
