/** What a burst counted and measured, as plain data. */

export interface Spread {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** Counts by name. */
export type Counts = Readonly<Record<string, number>>;

export interface UpstreamFigures {
  readonly received: number;
  /** Most claims that arrived at the service in any sliding second. */
  readonly worstSecond: number;
  readonly maxInFlight: number;
  readonly crashes: number;
  readonly grantedTwice: number;
}

export interface BurstFigures {
  readonly people: number;
  readonly granted: number;
  /** Final refusals by code. */
  readonly refused: Counts;
  readonly noShows: number;
  /** People without a final answer, by what kept them from it last. */
  readonly gaveUp: Counts;
  /** Requests without an answer, by error. */
  readonly errors: Counts;
  /** Answers by step and status. */
  readonly answers: Counts;
  readonly requests: number;
  readonly requestsPerGrant: number | null;
  /** Grants over the time from the first arrival to the last grant. */
  readonly claimsPerSecond: number | null;
  /** From planned arrival to grant, in milliseconds. */
  readonly waitMs: Spread;
  /** Share of pairs, arrived at least 250 ms apart, who were served in order of arrival. */
  readonly fairness: number | null;
  /** Whose clock says who was served first: the claim service's, or the people's. */
  readonly servedBy: 'service' | 'people';
  readonly overtakenP99Ms: number | null;
  readonly upstream: UpstreamFigures | null;
  /** How much later than planned requests left, in milliseconds. */
  readonly slipMs: Spread;
}
