/** What a crowd lived through, as figures; and the promises that hold whatever broke. */
import { expect } from '@jest/globals';
import { DEFAULT_BOUNDS } from '../../src/replay/burst-options.js';
import type { BurstReport } from '../../src/replay/burst-report.js';
import { SIZE } from './crowd-size.js';
import type { CrowdWitness } from './crowd-witness.js';
import { record } from './record.js';

export interface CrowdRun {
  readonly report: BurstReport;
  readonly witness: CrowdWitness;
  /** When each claim reached the service, from the end of the fault, in milliseconds. */
  readonly arrivalsMs: readonly number[];
}

/** From the end of the fault to the next claim at the service, in milliseconds; null: none came. */
export function nextClaimMs({ arrivalsMs }: CrowdRun): number | null {
  const next = arrivalsMs.find((atMs) => atMs >= 0);
  return next === undefined ? null : Math.round(next);
}

/** From the end of the fault to the first second in which nine tenths of the rate arrive; null: the crowd was gone. */
export function normalMs({ arrivalsMs }: CrowdRun): number | null {
  const enough = Math.floor(0.9 * SIZE.ratePerSecond);
  const normal = arrivalsMs.findIndex((atMs, i) => atMs >= 0 && arrivalsMs[i + enough - 1]! - atMs < 1000);
  return normal === -1 ? null : Math.round(arrivalsMs[normal]!);
}

/** The longest time in which no claim reached the service, in milliseconds. */
export function longestPauseMs({ arrivalsMs }: CrowdRun): number {
  return Math.round(Math.max(...arrivalsMs.slice(1).map((atMs, i) => atMs - arrivalsMs[i]!)));
}

export interface RowOptions {
  /** Figures of this row alone. */
  readonly more?: Readonly<Record<string, string | number>>;
  /** Claims that this fault may bring beyond the bound. */
  readonly overBy?: number;
}

/** Writes the row down, and holds it to what holds in every fault. */
export function expectServed(fault: string, run: CrowdRun, { more = {}, overBy = 0 }: RowOptions = {}): void {
  const { report, witness } = run;
  const { upstream, granted, people, fairness } = report;
  const overBound = upstream!.overBound;
  record({
    fault,
    moment: 'crowd',
    figures: {
      people,
      granted,
      overBound: Math.max(0, overBound),
      mostInFlight: upstream!.maxInFlight,
      grantedTwice: upstream!.grantedTwice,
      placesLost: witness.placesLost,
      fairness: Number((fairness ?? 1).toFixed(4)),
      ownP99Ms: Math.round(witness.ownUs.getValueAtPercentile(99) / 1000),
      slowestOwnMs: Math.round(witness.ownUs.maxValue / 1000),
      nextClaimMs: nextClaimMs(run) ?? '–',
      normalMs: normalMs(run) ?? '–',
      longestPauseMs: longestPauseMs(run),
      lateP99Ms: Math.round(report.slipMs.p99),
      ...more,
    },
  });
  expect([granted, report.gaveUp, report.refused]).toEqual([people, {}, {}]);
  expect(upstream!.maxInFlight).toBeLessThanOrEqual(SIZE.slots);
  expect([witness.placesLost, witness.numbersTwice]).toEqual([0, 0]);
  expect(report.contractFaults).toEqual({});
  if (!SIZE.measured) return;
  // A crowd that was late itself says nothing about how late others were.
  expect(report.slipMs.p99).toBeLessThanOrEqual(DEFAULT_BOUNDS.maxSlipP99Ms);
  expect(overBound).toBeLessThanOrEqual(overBy);
}
