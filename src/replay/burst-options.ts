/** What a burst is told. Plain data, so that it can be handed to another process. */
import type { Mix } from './client-models.js';
import type { PaceChange } from './pace.js';
import type { Threshold } from './thresholds.js';

export interface BurstTarget {
  /** Origin of a gateway, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** People are spread over the gateways in proportion to their shares. */
  readonly share: number;
}

/** What the burst holds the gateway to. */
export interface BurstBounds {
  readonly ratePerSecond: number;
  readonly burst: number;
  /** What operators set during the burst. */
  readonly changes: readonly PaceChange[];
  /** Claims in flight at the service. */
  readonly concurrency: number;
  /** Least share of pairs served in order. */
  readonly minFairness: number;
  /** At the 99th percentile nobody is overtaken by somebody who arrived later by more than this. */
  readonly maxOvertakenP99Ms: number;
  /** The run says nothing about the gateway when the 99th percentile of its own lateness is beyond this. */
  readonly maxSlipP99Ms: number;
  /** Whether the campaign keeps a ledger: without one, nobody promises that a claimant is paid once. */
  readonly ledger: boolean;
  /** Further bounds, on any figure. */
  readonly thresholds: readonly Threshold[];
}

export interface BurstOptions {
  readonly targets: readonly BurstTarget[];
  readonly campaign: string;
  /** Where the line's own endpoints live. */
  readonly basePath: string;
  readonly claimPath: string;
  readonly people: number;
  readonly overSeconds: number;
  /** `poisson`, `even`, or the name of a profile. */
  readonly shape: string;
  /** A trace to take the arrivals from instead; null: none. */
  readonly traceFile: string | null;
  readonly seed: number;
  /** Begins every claimant's name: a new one brings new people, so that a ledger does not know them yet. */
  readonly runId: string;
  readonly claimantHeader: string;
  /** Whether each claim carries an Idempotency-Key. */
  readonly idempotencyKeys: boolean;
  readonly mix: Mix;
  /** From a person's planned arrival to giving up, in milliseconds. */
  readonly patienceMs: number;
  /** One request without an answer for so long counts as failed, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Most connections to one gateway, of one process. */
  readonly maxConnections: number;
  /** Processes that send. */
  readonly processes: number;
  /** Origin of a sample claim service behind the gateways, whose own arrival times are then judged; or null. */
  readonly serviceUrl: string | null;
  readonly bounds: BurstBounds;
}

export const DEFAULT_BOUNDS: BurstBounds = {
  ratePerSecond: 390,
  burst: 20,
  changes: [],
  concurrency: 20,
  minFairness: 0.99,
  maxOvertakenP99Ms: 2000,
  maxSlipP99Ms: 100,
  ledger: true,
  thresholds: [],
};

/** @returns options for a burst of 8,000 people within 10 s on the sample campaign, with what is given in their place */
export function burstOptions(given: Partial<BurstOptions> = {}): BurstOptions {
  const campaign = given.campaign ?? 'lny-2026';
  return {
    targets: [{ url: 'http://127.0.0.1:8080', share: 1 }],
    campaign,
    basePath: '/queue',
    claimPath: `/campaigns/${campaign}/claims`,
    people: 8000,
    overSeconds: 10,
    shape: 'poisson',
    traceFile: null,
    seed: 1,
    runId: `burst-${Date.now().toString(36)}`,
    claimantHeader: 'x-user-id',
    idempotencyKeys: false,
    mix: { obedient: 1 },
    patienceMs: 120_000,
    requestTimeoutMs: 15_000,
    maxConnections: 9000,
    processes: 1,
    serviceUrl: null,
    bounds: DEFAULT_BOUNDS,
    ...given,
  };
}

/** The identity under which person number `person` claims. */
export function claimantName(options: Pick<BurstOptions, 'runId'>, person: number): string {
  return `${options.runId}-${person}`;
}

/** The number of the person who claims as `claimant`; -1: it is none of this burst. */
export function personNamed({ runId }: Pick<BurstOptions, 'runId'>, claimant: string): number {
  const person = claimant.startsWith(`${runId}-`) ? Number(claimant.slice(runId.length + 1)) : -1;
  return Number.isInteger(person) ? person : -1;
}
