/**
 * Token buckets for whoever uses rate-limiter-flexible: a limiter that its unions, wrappers and stores take as one of
 * their own. `points` is the capacity, and all of them come back within `duration`, steadily instead of at once.
 *
 * As there: refused means rejected with a RateLimiterRes, a store that is away means rejected with an Error.
 * Otherwise than there, because a bucket is not a window:
 *
 * - A refusal costs nothing: `consumedPoints` exceeds `points` only after a penalty or during a block.
 * - `msBeforeNext` of a refusal is exact: the points asked for are there then, unless somebody else takes them.
 *   Of anything else it is the time until all points are back, or, where none is left, until the next one is.
 * - Points come back at the bucket's own rate: `customDuration` changes nothing, nor does the duration given to `set`
 *   for no more than `points`.
 */
import { RateLimiterCompatibleAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { type Clock, systemClock } from '../kernel/clock.js';
import { type BucketRate, bucketRate, waitNs } from './gcra.js';
import { levelOf } from './orders.js';
import type { BucketLevel, Charge, TokenBuckets } from './token-buckets.js';

export interface GcraRateLimiterOptions {
  readonly buckets: TokenBuckets;
  /** Largest burst of one key; a whole number, 1 or more. */
  readonly points: number;
  /** Seconds within which an empty bucket is full again; above 0. */
  readonly duration: number;
  /** Keeps the keys of several limiters apart; '' for none. Default: `gcra`. */
  readonly keyPrefix?: string;
  /** Seconds for which a key is closed when it asks for more than it has; 0, the default: for no longer than needed. */
  readonly blockDuration?: number;
  /** Whether to delay what is admitted, so that it is spread evenly over the time until all points are back. */
  readonly execEvenly?: boolean;
  /** Measures the delays of `execEvenly`. */
  readonly clock?: Clock;
}

/** What a full bucket does not hold can never be had; the longest time a number can tell. */
const NEVER_MS = Number.MAX_SAFE_INTEGER;
/** A block without end ends after a century. */
const FOREVER_SECONDS = 3_155_760_000;
/** A bucket that holds nothing: a cost of 0 is refused for as long as it is not full. It keeps the end of a block. */
const GATE: BucketRate = { intervalNs: 64, toleranceNs: 0 };

export class GcraRateLimiter extends RateLimiterCompatibleAbstract {
  override readonly keyPrefix: string;
  override blockDuration: number;
  override execEvenly: boolean;
  readonly points: number;
  readonly duration: number;
  readonly #buckets: TokenBuckets;
  readonly #clock: Clock;
  readonly #rate: BucketRate;

  /** @throws RangeError when `points` or `duration` is not in its range */
  constructor(options: GcraRateLimiterOptions) {
    super();
    const { points, duration } = options;
    if (!(Number.isInteger(points) && points >= 1)) throw new RangeError(`points: ${points} is not 1 or more`);
    if (!(Number.isFinite(duration) && duration > 0)) throw new RangeError(`duration: ${duration} is not above 0`);
    this.points = points;
    this.duration = duration;
    this.keyPrefix = options.keyPrefix ?? 'gcra';
    this.blockDuration = options.blockDuration ?? 0;
    this.execEvenly = options.execEvenly ?? false;
    this.#buckets = options.buckets;
    this.#clock = options.clock ?? systemClock;
    this.#rate = bucketRate(points, points / duration);
  }

  /** @throws RateLimiterRes when the points are not there; StoreUnavailableError; RangeError for broken points */
  override async consume(key: string | number, pointsToConsume = 1): Promise<RateLimiterRes> {
    const result = await this.#buckets.take([this.#charge(key, pointsToConsume), this.#gate(key)]);
    const [level, gate] = result.levels as [BucketLevel, BucketLevel];
    if (result.kind === 'taken') {
      const first = level.fullInNs > 0 && level.fullInNs === pointsToConsume * this.#rate.intervalNs;
      const answer = this.#answer(level, first);
      return this.execEvenly && !first ? this.#delayed(answer, level) : answer;
    }
    const waitMs = result.waitMs ?? NEVER_MS;
    if (gate.fullInNs > 0) throw new RateLimiterRes(0, waitMs, this.points + 1);
    if (this.blockDuration > 0) throw await this.block(key, this.blockDuration);
    throw new RateLimiterRes(level.remaining, waitMs, this.#consumed(level));
  }

  /** Takes points whether or not they are there. */
  override async penalty(key: string | number, points = 1): Promise<RateLimiterRes> {
    return this.#answer(await this.#buckets.penalize(this.#charge(key, points)));
  }

  /** Gives points back, never beyond `points`. */
  override reward(key: string | number, points = 1): Promise<RateLimiterRes> {
    return this.penalty(key, -points);
  }

  /** @returns null for a key that has all its points and is not blocked */
  override async get(key: string | number): Promise<RateLimiterRes | null> {
    const looks = [this.#charge(key, 0), this.#gate(key)].map((charge) => this.#buckets.penalize(charge));
    const [level, gate] = (await Promise.all(looks)) as [BucketLevel, BucketLevel];
    if (gate.fullInNs > 0) return new RateLimiterRes(0, Math.ceil(gate.fullInNs / 1e6), this.points + 1);
    return level.fullInNs === 0 ? null : this.#answer(level);
  }

  /**
   * Sets how many points are consumed. More than `points` blocks the key for `secDuration` seconds; a negative one
   * stands for `duration`.
   */
  override async set(key: string | number, points: number, secDuration: number): Promise<RateLimiterRes> {
    if (points > this.points) {
      const block = await this.block(key, secDuration >= 0 ? secDuration : this.duration);
      return new RateLimiterRes(0, block.msBeforeNext, points);
    }
    const fullInNs = Math.max(0, Math.ceil(points * this.#rate.intervalNs));
    await this.#put(key, fullInNs, 0);
    return this.#answer(levelOf(fullInNs, this.#rate));
  }

  /** Refuses the key for `secDuration` seconds; without end when that is 0. Afterwards it has all its points. */
  override async block(key: string | number, secDuration: number): Promise<RateLimiterRes> {
    await this.#put(key, 0, Math.ceil((secDuration === 0 ? FOREVER_SECONDS : secDuration) * 1e9));
    return new RateLimiterRes(0, secDuration === 0 ? -1 : secDuration * 1000, this.points + 1);
  }

  /** @returns whether there was anything to forget */
  override delete(key: string | number): Promise<boolean> {
    return this.#put(key, 0, 0);
  }

  /** @returns whether the key had consumed anything or was blocked */
  async #put(key: string | number, fullInNs: number, blockNs: number): Promise<boolean> {
    const puts = [
      this.#buckets.put(this.#charge(key, 0).bucket, this.#rate, fullInNs),
      this.#buckets.put(this.#gate(key).bucket, GATE, blockNs),
    ];
    return (await Promise.all(puts)).some((before) => before.fullInNs > 0);
  }

  #charge(key: string | number, cost: number): Charge {
    return { bucket: `points:${this.keyPrefix}:${key}`, rate: this.#rate, cost };
  }

  #gate(key: string | number): Charge {
    return { bucket: `block:${this.keyPrefix}:${key}`, rate: GATE, cost: 0 };
  }

  #consumed({ fullInNs }: BucketLevel): number {
    return Math.ceil(fullInNs / this.#rate.intervalNs);
  }

  #answer(level: BucketLevel, first = false): RateLimiterRes {
    const nextNs = level.remaining > 0 ? level.fullInNs : waitNs(level.fullInNs, 0, this.#rate);
    return new RateLimiterRes(level.remaining, Math.ceil(nextNs / 1e6), this.#consumed(level), first);
  }

  /** The formula of rate-limiter-flexible, with the time until all points are back for the rest of its window. */
  #delayed(answer: RateLimiterRes, level: BucketLevel): Promise<RateLimiterRes> {
    const { remainingPoints, msBeforeNext, consumedPoints } = answer;
    const leastMs = Math.ceil((this.duration * 1000) / this.points);
    const evenMs = Math.ceil(level.fullInNs / 1e6 / (remainingPoints + 2));
    const delayMs = evenMs < leastMs ? consumedPoints * leastMs : evenMs;
    const later = new RateLimiterRes(remainingPoints, Math.max(0, msBeforeNext - delayMs), consumedPoints, false);
    return new Promise((resolve) => {
      this.#clock.after(delayMs, () => resolve(later));
    });
  }
}
