/**
 * Spillway inside an Express application: the claim service is part of it, and so are pages that Spillway has nothing to
 * do with. Run it with `node examples/embedded.mjs` in a folder where `spillway` and `express` are installed.
 */
import express from 'express';
import { createGateway } from 'spillway';

/** What it costs to be served too fast is yours to know; Spillway keeps it at 50 a second, 10 at a time. */
const claims = express();
claims.post('/coupons/spring/claims', (req, res) => {
  res.status(201).json({ coupon: 'SPRING-1', for: req.get('spillway-claimant') });
});

const gateway = await createGateway({
  config: {
    admin: { port: 0 },
    log: { level: 'warn' },
    upstreams: [{ id: 'coupons', concurrency: { limit: 10 } }],
    campaigns: [
      {
        id: 'spring',
        upstream: 'coupons',
        routes: [{ methods: ['POST'], path: '/coupons/spring/claims' }],
        claimant: { from: 'header', name: 'x-user-id', unverified: true },
        admission: { ratePerSecond: 50, burst: 5 },
        claims: { mode: 'per-claimant' },
      },
    ],
  },
  services: { coupons: claims },
});

const app = express();
app.use(gateway.middleware);
app.get('/', (_req, res) => {
  res.send('The shop, as ever.');
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}, admin on ${gateway.adminPort}`);
});
process.once('SIGTERM', () => {
  server.close(() => void gateway.close());
});
