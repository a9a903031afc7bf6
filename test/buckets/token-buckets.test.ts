import { sharedRedis } from '../support/redis-server.js';
import { openMemory, openRedis } from './buckets.js';
import { describeTokenBuckets } from './token-buckets.js';

const redis = sharedRedis();

describeTokenBuckets('memory', openMemory);
describeTokenBuckets('Redis', (clock) => openRedis(redis(), clock));
