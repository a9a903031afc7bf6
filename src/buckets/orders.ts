/** What is asked of a store of buckets in one step, and how its bare answer becomes the port's outcome. Pure. */
import { type BucketRate, charged, remaining, waitNs } from './gcra.js';
import type { BucketLevel, Charge, TakeResult } from './token-buckets.js';

/** Most charges of one take: with all of them in one call, a store's script stays short. */
export const MOST_CHARGES = 500;

export interface Order {
  readonly kind: 'take' | 'penalty' | 'put';
  /** The `cost` of a put is the time until the bucket is full, in nanoseconds. */
  readonly charges: readonly Charge[];
}

export interface Outcome {
  readonly done: boolean;
  /** For each charge: time until its bucket would have been full, before the order, in nanoseconds. */
  readonly fullInNs: readonly number[];
}

/**
 * Every way to hold the port wrong.
 * @throws RangeError naming the bucket and the value
 */
export function checkOrder({ kind, charges }: Order): void {
  if (charges.length < 1 || charges.length > MOST_CHARGES) {
    throw new RangeError(`A take has 1 to ${MOST_CHARGES} charges, not ${charges.length}`);
  }
  for (let i = 0; i < charges.length; i++) {
    checkCharge(charges[i]!);
    if (kind === 'put' && charges[i]!.cost < 0) throw new RangeError('A bucket cannot be full before now');
    for (let j = 0; j < i; j++) {
      if (charges[j]!.bucket !== charges[i]!.bucket) continue;
      throw new RangeError(`Bucket '${charges[i]!.bucket}' is named twice in one take: add the costs up`);
    }
  }
}

function checkCharge({ bucket, rate, cost }: Charge): void {
  if (!Number.isInteger(cost)) throw new RangeError(`Bucket '${bucket}': a cost is a whole number, not ${cost}`);
  const { intervalNs, toleranceNs } = rate;
  if (!(Number.isInteger(intervalNs) && intervalNs > 0 && Number.isInteger(toleranceNs) && toleranceNs >= 0)) {
    throw new RangeError(`Bucket '${bucket}': ${intervalNs} ns a token up to ${toleranceNs} ns is not a rate`);
  }
}

/** Whether a charge can be paid by a bucket that will be full in `fullInNs`. */
export function affordable({ rate, cost }: Charge, fullInNs: number): boolean {
  return cost < 0 || waitNs(fullInNs, 0, rate, cost) <= 0;
}

export function levelOf(fullInNs: number, rate: BucketRate): BucketLevel {
  return { remaining: remaining(fullInNs, 0, rate), fullInNs };
}

/** The level after a charge that was carried out. */
export function levelAfter({ rate, cost }: Charge, beforeNs: number): BucketLevel {
  return levelOf(Math.max(0, charged(beforeNs, 0, rate, cost)), rate);
}

export function takeResult(charges: readonly Charge[], { done, fullInNs }: Outcome): TakeResult {
  if (done) return { kind: 'taken', levels: charges.map((charge, i) => levelAfter(charge, fullInNs[i]!)) };
  let longestNs = 0;
  let slowest = 0;
  for (let i = 0; i < charges.length; i++) {
    const ns = refusalNs(charges[i]!, fullInNs[i]!);
    if (ns <= longestNs) continue;
    longestNs = ns;
    slowest = i;
  }
  return {
    kind: 'refused',
    charge: slowest,
    bucket: charges[slowest]!.bucket,
    waitMs: longestNs === Number.POSITIVE_INFINITY ? null : Math.ceil(longestNs / 1e6),
    levels: charges.map((charge, i) => levelOf(fullInNs[i]!, charge.rate)),
  };
}

function refusalNs(charge: Charge, fullInNs: number): number {
  if (affordable(charge, fullInNs)) return 0;
  const { rate, cost } = charge;
  return cost * rate.intervalNs > rate.toleranceNs ? Number.POSITIVE_INFINITY : waitNs(fullInNs, 0, rate, cost);
}
