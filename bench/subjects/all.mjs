/** Everything that is compared, by name. */
import { haproxy, nginx } from './native.mjs';
import { nodeServer } from './node-servers.mjs';
import { spillway } from './spillway.mjs';

const ledger = { claims: { mode: 'per-claimant' } };

export const subjects = {
  'bare-answer': nodeServer('bare node:http answer, same bytes', 'bare-answer.mjs'),
  'plain-express': nodeServer('Express 5 as it comes, same answer', 'plain-express.mjs', { packages: true }),
  'bare-proxy': nodeServer('bare node:http + undici proxy', 'bare-proxy.mjs'),
  'spillway-redis': spillway('Spillway, Redis', 'redis'),
  'spillway-memory': spillway('Spillway, embedded store', 'memory'),
  'spillway-redis-two': spillway('Spillway, Redis, two workers', 'redis', { workers: 2 }),
  'spillway-redis-ledger': spillway('Spillway, Redis, ledger', 'redis', { campaign: ledger }),
  'spillway-memory-ledger': spillway('Spillway, embedded store, ledger', 'memory', { campaign: ledger }),
  'express-stack': nodeServer(
    'Express 5 + express-rate-limit + rate-limit-redis + http-proxy-middleware',
    'express-stack.mjs',
    { limited: true, packages: true },
  ),
  'fastify-stack': nodeServer('Fastify + @fastify/rate-limit (Redis) + @fastify/http-proxy', 'fastify-stack.mjs', {
    limited: true,
    packages: true,
  }),
  nginx,
  haproxy,
};
