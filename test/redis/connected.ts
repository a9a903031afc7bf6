/** A connection to a test's server, ready to use, set like the real one. */

import { createLogger } from '../../src/kernel/logger.js';
import { connectRedis, type RedisConnection } from '../../src/redis/connection.js';
import { storeConfig } from './store-config.js';

export async function connected(url: string, deadlineMs = 40): Promise<RedisConnection> {
  const connection = connectRedis(storeConfig(url, deadlineMs), createLogger('silent'));
  await connection.ready(AbortSignal.timeout(10_000));
  return connection;
}
