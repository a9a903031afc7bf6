/** What a door goes by. */
import type { BucketRate } from '../buckets/gcra.js';

export interface DoorSettings {
  /** The bound on departures, as the door decides them. */
  readonly rate: BucketRate;
  /** The bound on what leaves, as it leaves: nearly the configured one. */
  readonly leaving: BucketRate;
  /** The bucket the store keeps, which leaves room for lateness. */
  readonly storeRate: BucketRate;
  /** How late a departure may be, in microseconds; infinite where no other gateway departs from this door. */
  readonly staleUs: number;
  /** How late a claim may leave, in microseconds: the same, and a little for the way out. */
  readonly lateUs: number;
  readonly horizonUs: number;
  /** Slots over all gateways; 0: not counted. */
  readonly slots: number;
  /** Claims that are held at once; further ones are sent back as they come. */
  readonly mostHeld: number;
}

/** A door that holds nobody back, for as long as a policy suspends the bound. */
export function unboundedDoor(usual: DoorSettings): DoorSettings {
  const rate = { intervalNs: 1, toleranceNs: 1e9 };
  const never = Number.POSITIVE_INFINITY;
  return { ...usual, rate, leaving: rate, storeRate: rate, staleUs: never, lateUs: never, slots: 0 };
}
