/** Both stores of buckets behind the port, on a clock that the test moves. */
import { MemoryTokenBuckets } from '../../src/buckets/memory-token-buckets.js';
import { RedisTokenBuckets } from '../../src/buckets/redis-token-buckets.js';
import type { TokenBuckets } from '../../src/buckets/token-buckets.js';
import { systemClock } from '../../src/kernel/clock.js';
import type { RedisConnection } from '../../src/redis/connection.js';
import { loadScripts, type Script } from '../../src/redis/script.js';
import { StoreCalls } from '../../src/redis/store-calls.js';
import { connected } from '../redis/connected.js';
import type { FakeClock } from '../support/fake-clock.js';
import type { RedisServer } from '../support/redis-server.js';

export interface OpenBuckets {
  readonly buckets: TokenBuckets;
  close(): Promise<void>;
}

export type Open = (clock: FakeClock) => Promise<OpenBuckets>;

export interface OpenRedisBuckets extends OpenBuckets {
  readonly connection: RedisConnection;
  readonly script: Script;
  /** Put before a bucket's name. */
  readonly keyPrefix: string;
}

const STORE_TIME_ORIGIN_US = Date.UTC(2026, 0, 1) * 1000;
let serial = 0;

export async function openMemory(clock: FakeClock): Promise<OpenBuckets> {
  return { buckets: new MemoryTokenBuckets(clock), close: async () => {} };
}

/** @param clock - the store's time; null: the server's own clock */
export async function openRedis(
  redis: RedisServer,
  clock: FakeClock | null,
  deadlineMs = 5000,
): Promise<OpenRedisBuckets> {
  const connection = await connected(redis.url, deadlineMs);
  const calls = new StoreCalls({ connection, clock: systemClock, random: Math.random, deadlineMs });
  const script = loadScripts().get('take-buckets');
  const limiter = `t${serial++}`;
  const buckets = new RedisTokenBuckets({
    calls,
    script,
    clock: systemClock,
    deadlineMs,
    keyPrefix: 'test',
    limiter,
    ...(clock === null ? {} : { storeTimeUs: () => clock.monotonicUs() - STORE_TIME_ORIGIN_US }),
  });
  return {
    buckets,
    connection,
    script,
    keyPrefix: `test:limiter:{${limiter}}:`,
    async close() {
      calls.stop();
      await connection.close();
    },
  };
}
