/** The door's bucket at the pace that the service bears. */
import { type BucketRate, bucketRate } from '../buckets/gcra.js';

/**
 * The same time to run ahead means a burst that shrinks with the pace; one token there must be.
 * @param rateMilli - claims per 1,000 seconds; 0: as configured
 */
export function paced(configured: BucketRate, rateMilli: number): BucketRate {
  if (rateMilli === 0) return configured;
  const { intervalNs } = bucketRate(1, rateMilli / 1000);
  if (intervalNs <= configured.intervalNs) return configured;
  return { intervalNs, toleranceNs: Math.max(configured.toleranceNs, intervalNs) };
}

/** Claims per second at the pace that the service bears. */
export function effectiveRate(ratePerSecond: number, rateMilli: number): number {
  return rateMilli === 0 ? ratePerSecond : Math.min(ratePerSecond, rateMilli / 1000);
}
