import { describe, expect, it } from '@jest/globals';
import type { BurstReport } from '../../src/replay/burst-report.js';
import { renderComparison } from '../../src/simulate/comparison-text.js';
import { paceChanges, parseChange } from '../../src/simulate/scripted-changes.js';
import { simulate } from '../../src/simulate/simulation.js';
import { renderSimulated } from '../../src/simulate/simulation-text.js';
import { smallWorld } from './small-world.js';

const broken = (report: BurstReport) =>
  report.verdicts.filter(({ held }) => held === false).map(({ promise }) => promise);

describe('a simulation', () => {
  it('keeps every promise with the rooms of a gateway', async () => {
    const { report } = await simulate(smallWorld({ people: 1200, overSeconds: 2 }));
    expect(broken(report)).toEqual([]);
    expect(report.granted + report.noShows).toBe(1200);
    expect(report).toMatchObject({ outcome: 'held', servedBy: 'service', errors: {} });
    // A line of 18 s: the door was in use all the time.
    expect(report.leastUse).toBeGreaterThan(0.98);
    expect(report.upstream?.overBound).toBeLessThanOrEqual(0);
  });

  it('repeats itself, whatever the machine does', async () => {
    const [one, other] = [await simulate(smallWorld()), await simulate(smallWorld())];
    expect(one.report).toEqual(other.report);
    const third = await simulate(smallWorld({ seed: 2 }));
    expect(third.report.waits).not.toEqual(one.report.waits);
  });

  it('follows what operators set, on every gateway, as they would', async () => {
    const script = ['5:ratePerSecond=30', '15:state=paused', '20:state=open'].map(parseChange);
    const targets = Array.from({ length: 2 }, () => ({ url: 'simulated gateway', share: 1 }));
    const world = smallWorld({ targets, people: 1000, overSeconds: 2, mix: { obedient: 1 } });
    const bounds = { ...world.burst.bounds, changes: paceChanges(script, world.campaign) };
    const { report } = await simulate({ ...world, burst: { ...world.burst, bounds }, changes: script });
    expect(broken(report)).toEqual([]);
    const received = report.seconds.received as number[];
    const mean = (from: number, to: number) =>
      received.slice(from, to).reduce((sum, one) => sum + one, 0) / (to - from);
    expect(mean(1, 5)).toBeCloseTo(60, -1);
    expect(mean(7, 15)).toBeCloseTo(30, -1);
    expect(mean(16, 20)).toBe(0);
    expect(mean(22, 30)).toBeCloseTo(30, -1);
    expect(report.granted).toBe(1000);
  });

  it.each([
    ['soon:ratePerSecond=1', 'is no change'],
    ['5:rate=1', 'there are ratePerSecond'],
    ['5:ratePerSecond=fast', 'ratePerSecond'],
  ])('does not take %s for a change', (text, why) => {
    expect(() => parseChange(text)).toThrow(why);
  });

  it('divides the rate among several gateways', async () => {
    const targets = Array.from({ length: 3 }, () => ({ url: 'simulated gateway', share: 1 }));
    const { report } = await simulate(smallWorld({ targets, people: 600 }));
    expect(broken(report)).toEqual([]);
  });

  it('pays a claimant with several devices once where there is a ledger', async () => {
    const mix = { devices: 1 };
    const bounds = { ...smallWorld().burst.bounds, ledger: true };
    const paid = await simulate(smallWorld({ mix, bounds }, { claims: { mode: 'per-claimant' } }));
    expect(paid.report).toMatchObject({ grantedAgain: 0, upstream: { received: 100, grantedTwice: 0 } });
    expect(paid.report.replays).toBeGreaterThan(150);
    const unpaid = await simulate(smallWorld({ mix, bounds }));
    expect(broken(unpaid.report)).toContain('paid once');
  });

  it('tells everybody when the budget is gone', async () => {
    const { report } = await simulate(smallWorld({ mix: { obedient: 1 } }, { budget: { claims: 40 } }));
    expect(report).toMatchObject({ granted: 40, refused: { SOLD_OUT: 260 } });
    expect(report.verdicts.find(({ promise }) => promise === 'no one waits in vain')?.held).toBe(true);
  });

  it('lets nobody in with an altered ticket, and lets those go who leave', async () => {
    const { report } = await simulate(smallWorld({ mix: { obedient: 2, forging: 1, leaving: 1 } }));
    expect(report).toMatchObject({ forgeriesGranted: 0, caught: { TICKET_INVALID: expect.any(Number) } });
    expect(report.left).toBeGreaterThan(5);
    expect(broken(report)).toEqual([]);
  });

  it('shows what happens without a gateway: the service falls, again and again', async () => {
    const crowd = { shape: 'tv-minute', people: 3000, overSeconds: 4, mix: { retrying: 1 }, patienceMs: 15_000 };
    const { report } = await simulate(smallWorld(crowd, {}, { gateway: false }));
    expect(report.upstream?.crashes).toBeGreaterThan(1);
    expect(broken(report)).toEqual(expect.arrayContaining(['never over the rate', 'the service stands']));
  });

  it('brings people by invitation, who invite in turn', async () => {
    const { report } = await simulate(
      smallWorld({ shape: 'viral-invite', people: 2000, overSeconds: 30, mix: { obedient: 1 } }),
    );
    expect(report.arrived).toBeGreaterThan(800);
    expect(report.arrived).toBeLessThan(1600);
    expect(report.granted).toBe(report.arrived);
  });

  it('has the service fail where the profile says so, and recovers', async () => {
    const { report } = await simulate(
      smallWorld({ shape: 'retry-storm', people: 600, overSeconds: 20, mix: { retrying: 1 } }),
    );
    expect(report.answers['claim 503']).toBeGreaterThan(20);
    expect(report.granted).toBe(600);
    expect(report.upstream?.overBound).toBeLessThanOrEqual(0);
  });

  it('is told in pictures, and beside another', async () => {
    const [one, other] = [
      await simulate(smallWorld()),
      await simulate(smallWorld({}, { admission: { ratePerSecond: 30, burst: 6 } })),
    ];
    expect(renderSimulated(one)).toMatch(/in line +[▁▂▃▄▅▆▇█]+ +most \d+/);
    expect(renderComparison(['a.yaml', 'b.yaml'], [one, other])).toMatch(/wait p99 +\d+\.\d s +\d+\.\d s/);
    expect(other.report.waitMs.p50).toBeGreaterThan(1.5 * one.report.waitMs.p50);
  });
});
