/**
 * A burst profile: how fast people arrive over time, who they are, and what happens to the service meanwhile. Pure:
 * the same instant always has the same rate. Rates are shares of the peak; a burst scales them to its people and may
 * compress time, which keeps peak/mean.
 */
import type { Mix } from '../client-models.js';

/** Each success brings others, until nobody is left to be invited. */
export interface Invitations {
  /** Mean of the Poisson number of people one success invites. */
  readonly mean: number;
  /** Most people one success invites. */
  readonly cap: number;
  /** Share of all reachable people who come by themselves, along the curve. */
  readonly organicShare: number;
  /** Mean time from a success to the arrival it brings, in seconds of the profile. */
  readonly delaySeconds: number;
}

/** The service fails every claim for a while. */
export interface Outage {
  readonly atSeconds: number;
  readonly forSeconds: number;
}

export interface Profile {
  readonly name: string;
  /** One sentence for a list of profiles. */
  readonly summary: string;
  /** Where the numbers come from. */
  readonly source: string;
  /** What the source does not say; empty where it says all. */
  readonly assumptions: string;
  readonly seconds: number;
  /** When the campaign opens, from the start; arrivals before it find a pre-queue or nothing. */
  readonly opensAtSeconds: number;
  /** @returns the rate at `second` (from 0 to `seconds`) as a share of the peak: from 0 to 1 */
  rate(second: number): number;
  /** Peak over mean as stated for this profile; null where nothing is stated. */
  readonly peakToMean: number | null;
  readonly mix: Mix;
  readonly invitations: Invitations | null;
  readonly outage: Outage | null;
  /** Prizes per person who comes; null: enough for everybody. */
  readonly prizesPerPerson: number | null;
}

/** What most profiles share: obedient people, a service that works, enough for everybody. */
export const PLAIN = {
  assumptions: '',
  opensAtSeconds: 0,
  peakToMean: null,
  mix: { obedient: 1 },
  invitations: null,
  outage: null,
  prizesPerPerson: null,
} as const;
