/** What a burst counted and measured, as plain data. */

export interface Spread {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** Counts by name. */
export type Counts = Readonly<Record<string, number>>;

/** How one code of the answer table was met. */
export interface AnswerMet {
  readonly code: string;
  /** What the contract says; null: the contract does not list this code. */
  readonly status: number | null;
  readonly retryAfter: 'always' | 'never' | null;
  readonly times: number;
  /** Ways in which answers with this code differ from the contract, and how often. */
  readonly faults: Counts;
  /** What the clients did next, and how often. */
  readonly next: Counts;
  /** Of those, what the contract does not say. */
  readonly astray: readonly string[];
}

export interface UpstreamFigures {
  readonly received: number;
  /** Most claims that arrived at the service in any sliding second. */
  readonly worstSecond: number;
  /** Claims beyond burst + rate × (window + 10 ms), in the worst window of any length; 0 or less: never over. */
  readonly overBound: number;
  readonly maxInFlight: number;
  readonly crashes: number;
  readonly grantedTwice: number;
  /** Claims that arrived later than a second after the service first said that all is gone. */
  readonly afterSoldOut: number;
}

/** Figures of each second from the start of the burst. */
export interface SecondFigures {
  /** People who arrived. */
  readonly offered: readonly number[];
  /** Requests sent. */
  readonly sent: readonly number[];
  /** Of those, polls. */
  readonly polls: readonly number[];
  readonly granted: readonly number[];
  readonly refused: readonly number[];
  /** In line at the end of the second, as the people know. */
  readonly waiting: readonly number[];
  /** Claims that reached the service; null: it was not asked. */
  readonly received: readonly number[] | null;
}

export interface BurstFigures {
  /** People planned; with invitations, all who can be reached. */
  readonly people: number;
  readonly arrived: number;
  readonly granted: number;
  /** Final refusals by code. */
  readonly refused: Counts;
  readonly noShows: number;
  /** People who gave their place up, as planned. */
  readonly left: number;
  /** Claims with an altered ticket that were not let in, by code. */
  readonly caught: Counts;
  readonly forgeriesGranted: number;
  /** People without a final answer, by what kept them from it last. */
  readonly gaveUp: Counts;
  /** Requests without an answer, by error. */
  readonly errors: Counts;
  /** Answers by step and status. */
  readonly answers: Counts;
  /** Spillway's own refusals by code. */
  readonly codes: Counts;
  /** Ways in which answers differ from the answer table of the contract. */
  readonly contractFaults: Counts;
  /** The answer table of the contract, as far as it was met. */
  readonly answersMet: readonly AnswerMet[];
  /** Repeats by another device that got the first answer again, and those that got another one. */
  readonly replays: number;
  readonly grantedAgain: number;
  /** When somebody was first told SOLD_OUT, from the start of the burst, in milliseconds; null: nobody was. */
  readonly soldOutAtMs: number | null;
  /** Requests sent more than a second after somebody was told SOLD_OUT that were told otherwise. */
  readonly toldOtherwise: number;
  readonly requests: number;
  readonly polls: number;
  readonly requestsPerGrant: number | null;
  /** Grants over the time from the first arrival to the last grant. */
  readonly claimsPerSecond: number | null;
  /** From planned arrival to grant, in milliseconds. */
  readonly waitMs: Spread;
  /** Waits by length, for a picture: upper bounds in milliseconds, and people. */
  readonly waits: ReadonlyArray<{ readonly upToMs: number; readonly people: number }>;
  /** From the planned send time of a request to its answer, in milliseconds. */
  readonly latencyMs: Spread;
  /** Wait over the longest wait promised first. */
  readonly etaRatio: Spread;
  /** Share of those promised a wait who waited as long as its range says, or up to a quarter beside it. */
  readonly promisesKept: number | null;
  /** Share of pairs, arrived at least 250 ms apart, who were served in order of arrival. */
  readonly fairness: number | null;
  /** Whose clock says who was served first: the claim service's, or the people's. */
  readonly servedBy: 'service' | 'people';
  readonly overtakenP99Ms: number | null;
  /** Least share of what the rate allows that reached the service in any 5 s while enough people waited. */
  readonly leastUse: number | null;
  readonly upstream: UpstreamFigures | null;
  /** How much later than planned requests left, in milliseconds. */
  readonly slipMs: Spread;
  readonly seconds: SecondFigures;
  /** Some of those who were served, evenly drawn: when they arrived and when they were granted, in seconds. */
  readonly served: ReadonlyArray<readonly [number, number]>;
}
