/**
 * The generic cell rate algorithm: a token bucket kept as one number, its theoretical arrival time (`tat`),
 * the instant at which the bucket will be full again. Times are whole nanoseconds on the store's clock.
 * A refusal changes nothing. A clock that steps back neither mints nor removes tokens.
 * @see ITU-T I.371, annex A
 */
export interface BucketRate {
  /** Time one token takes to come back, in nanoseconds; 1 or more. */
  readonly intervalNs: number;
  /** Capacity × interval: how far `tat` may lie ahead of now, in nanoseconds. */
  readonly toleranceNs: number;
}

/** Rounds the interval up, so that a bucket never gives more than it was asked to. */
export function bucketRate(capacity: number, refillPerSecond: number): BucketRate {
  const intervalNs = Math.ceil(1e9 / refillPerSecond);
  return { intervalNs, toleranceNs: Math.floor(capacity * intervalNs) };
}

/** Nanoseconds from now until `cost` tokens can be taken; 0 or less means now. */
export function waitNs(tat: number, nowNs: number, rate: BucketRate, cost = 1): number {
  return Math.max(tat, nowNs) + cost * rate.intervalNs - rate.toleranceNs - nowNs;
}

/** The arrival time after `cost` tokens are taken; a negative cost gives tokens back. */
export function charged(tat: number, nowNs: number, rate: BucketRate, cost = 1): number {
  return Math.max(tat, nowNs) + cost * rate.intervalNs;
}

/** Whole tokens that can be taken now; never negative. */
export function remaining(tat: number, nowNs: number, rate: BucketRate): number {
  const room = nowNs + rate.toleranceNs - Math.max(tat, nowNs);
  return Math.max(0, Math.floor(room / rate.intervalNs));
}
