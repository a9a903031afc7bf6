/**
 * Token buckets: a bucket holds `capacity` tokens, refills at a steady rate, and is named by any text. A bucket
 * nobody took from is full. What always holds, on every store and over all gateways that share it:
 *
 * - In any window of `w` seconds no more is taken than capacity + refill × w.
 * - A refusal writes nothing. Whoever waits as long as told is served, unless somebody else was served first.
 * - Tokens given back never fill a bucket beyond its capacity; a clock that steps back neither mints nor removes any.
 */
import type { BucketRate } from './gcra.js';

export interface Charge {
  /** Name of the bucket, any text; once in a take. */
  readonly bucket: string;
  readonly rate: BucketRate;
  /** Whole tokens. Negative gives tokens back and is never refused; 0 is refused only by a bucket in debt. */
  readonly cost: number;
}

export interface BucketLevel {
  /** Whole tokens that can be taken now; 0 or more. */
  readonly remaining: number;
  /** Time until the bucket is full, in nanoseconds; 0: it is. More than `rate.toleranceNs`: it is in debt. */
  readonly fullInNs: number;
}

/** Levels are in the order of the charges. Each is a normal outcome; none is thrown. */
export type TakeResult =
  | { readonly kind: 'taken'; readonly levels: readonly BucketLevel[] }
  | {
      readonly kind: 'refused';
      /** Index of the charge that has to wait longest. */
      readonly charge: number;
      readonly bucket: string;
      /** Milliseconds, rounded up, until every bucket has its tokens; null: never, a cost exceeds the capacity. */
      readonly waitMs: number | null;
      readonly levels: readonly BucketLevel[];
    };

/** Of any number of simultaneous takes, those that succeed never cost more than the bucket held. */
export interface TokenBuckets {
  /**
   * Takes from every bucket of `charges`, or from none of them.
   * @param charges - 1 to 500
   * @throws StoreUnavailableError when the store did not answer within its deadline; the take may have been charged,
   *   unless the fault has no `cause`
   * @throws RangeError when a charge makes no sense: no whole cost, a bucket named twice, an impossible rate
   */
  take(charges: readonly Charge[]): Promise<TakeResult>;
  /**
   * Charges, whether or not the tokens are there. A bucket in debt refuses until the debt has refilled. A cost of 0
   * looks without touching anything.
   * @throws StoreUnavailableError and RangeError as `take` does
   */
  penalize(charge: Charge): Promise<BucketLevel>;
  /**
   * Sets when the bucket is full again, counted from now: 0 fills it, more than `rate.toleranceNs` closes it for the
   * difference.
   * @returns the level it had
   * @throws StoreUnavailableError and RangeError as `take` does
   */
  put(bucket: string, rate: BucketRate, fullInNs: number): Promise<BucketLevel>;
}
