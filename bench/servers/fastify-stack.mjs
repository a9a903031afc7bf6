/** What a Fastify user would pick: @fastify/rate-limit on Redis, and @fastify/http-proxy. */
import httpProxy from '@fastify/http-proxy';
import rateLimit from '@fastify/rate-limit';
import fastify from 'fastify';
import { Redis } from 'ioredis';
import { limitsOf, options } from './options.mjs';

const { port, servicePort, redisPort, windowMs } = options;
const app = fastify({ bodyLimit: 8 * 1024 * 1024 });
const redis = new Redis(redisPort, '127.0.0.1');
await app.register(rateLimit, { global: false, redis });
const checks = limitsOf(options).map(([name, max, key]) =>
  app.createRateLimit({ max, timeWindow: windowMs, keyGenerator: (req) => `${name}:${key(req)}` }),
);

/** One limit after the other, as the Express stack does; told in the same fields. */
async function limits(req, reply) {
  for (const check of checks) {
    const { isExceeded, remaining, ttlInSeconds, max } = await check(req);
    reply.header('ratelimit', `r=${remaining};t=${ttlInSeconds}`).header('ratelimit-policy', `q=${max};w=60`);
    if (isExceeded) return reply.code(429).header('retry-after', ttlInSeconds).send({ error: 'Too Many Requests' });
  }
}

await app.register(httpProxy, {
  upstream: `http://127.0.0.1:${servicePort}`,
  preHandler: limits,
  undici: { connections: 256, pipelining: 1 },
});
await app.listen({ port, host: '127.0.0.1' });
