/** What an Express user would pick: express-rate-limit on Redis, and http-proxy-middleware. */
import { Agent, createServer } from 'node:http';
import express from 'express';
import { rateLimit } from 'express-rate-limit';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { Redis } from 'ioredis';
import { RedisStore } from 'rate-limit-redis';
import { limitsOf, options } from './options.mjs';

const { port, servicePort, redisPort, windowMs } = options;
const redis = new Redis(redisPort, '127.0.0.1');
const app = express();
app.disable('x-powered-by');
for (const [name, limit, keyGenerator] of limitsOf(options)) {
  const store = new RedisStore({
    prefix: `rl:${name}:`,
    sendCommand: (command, ...args) => redis.call(command, ...args),
  });
  app.use(
    rateLimit({
      windowMs,
      limit,
      keyGenerator,
      store,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      validate: false,
    }),
  );
}
app.use(
  createProxyMiddleware({
    target: `http://127.0.0.1:${servicePort}`,
    xfwd: true,
    agent: new Agent({ keepAlive: true, maxSockets: 256 }),
  }),
);
createServer(app).listen(port, '127.0.0.1');
