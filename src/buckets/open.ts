/**
 * Where to begin for whoever wants Spillway's token buckets alone, without its gateway.
 *
 * ```ts
 * const { buckets, close } = openTokenBuckets({ kind: 'redis', url: 'redis://127.0.0.1:6379', limiter: 'coupons' });
 * const rate = bucketRate(5, 1);
 * const result = await buckets.take([{ bucket: `user:${id}`, rate, cost: 1 }]);
 * if (result.kind === 'refused') tryAgainIn(result.waitMs);
 * ```
 */
import { type Clock, systemClock } from '../kernel/clock.js';
import { createLogger, type Logger } from '../kernel/logger.js';
import { connectRedis } from '../redis/connection.js';
import { limiterBucketPrefix } from '../redis/keys.js';
import { loadScripts } from '../redis/script.js';
import { type CallObserver, StoreCalls } from '../redis/store-calls.js';
import { MemoryTokenBuckets } from './memory-token-buckets.js';
import { RedisTokenBuckets } from './redis-token-buckets.js';
import type { TokenBuckets } from './token-buckets.js';

export { StoreUnavailableError } from '../kernel/errors.js';
export { type BucketRate, bucketRate } from './gcra.js';
export { GcraRateLimiter, type GcraRateLimiterOptions } from './rate-limiter-flexible.js';
export type { BucketLevel, Charge, TakeResult, TokenBuckets } from './token-buckets.js';

export interface MemoryBucketsOptions {
  readonly kind: 'memory';
  readonly clock?: Clock;
}

export interface RedisBucketsOptions {
  readonly kind: 'redis';
  /** `redis[s]://[user:password@]host[:port][/db]` */
  readonly url: string;
  /** Names the set of buckets that all who open it share; not empty, no braces. */
  readonly limiter: string;
  /** Default: `spillway`. */
  readonly keyPrefix?: string;
  /** How long a take may wait for its answer, in milliseconds. Default: 40. */
  readonly deadlineMs?: number;
  /** Default: says nothing. */
  readonly logger?: Logger;
  /** Told of every call to Redis. */
  readonly observe?: CallObserver;
}

export interface OpenTokenBuckets {
  readonly buckets: TokenBuckets;
  /**
   * Resolves when takes can be answered; without waiting for it they are refused until Redis is connected.
   * @throws the signal's reason when it is aborted first
   */
  ready(signal: AbortSignal): Promise<void>;
  /** Ends the connection; takes without an answer fail. */
  close(): Promise<void>;
}

/** @throws RangeError when the limiter's name cannot be one; TypeError when the URL cannot be read */
export function openTokenBuckets(options: MemoryBucketsOptions | RedisBucketsOptions): OpenTokenBuckets {
  if (options.kind === 'redis') return openRedis(options);
  const buckets = new MemoryTokenBuckets(options.clock ?? systemClock);
  return { buckets, ready: async () => {}, close: async () => {} };
}

function openRedis(options: RedisBucketsOptions): OpenTokenBuckets {
  const { url, limiter, keyPrefix = 'spillway', deadlineMs = 40, logger = createLogger('silent') } = options;
  // A name that cannot be one is found out before a connection is opened that nobody could close.
  limiterBucketPrefix(keyPrefix, limiter);
  const store = { kind: 'redis' as const, path: null, tls: null, url, lanes: 1, keyPrefix, deadlineMs };
  const script = loadScripts().get('take-buckets');
  const connection = connectRedis(store, logger);
  const observe = options.observe ?? (() => {});
  const calls = new StoreCalls({ connection, clock: systemClock, random: Math.random, deadlineMs, observe });
  return {
    buckets: new RedisTokenBuckets({ calls, script, clock: systemClock, deadlineMs, keyPrefix, limiter }),
    ready: (signal) => connection.ready(signal),
    async close() {
      calls.stop();
      await connection.close();
    },
  };
}
