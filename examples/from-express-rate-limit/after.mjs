/** What was behind express-rate-limit, behind Spillway: the same limit a person, and a line for those who are too many. */
import express from 'express';
import { createGateway } from 'spillway';

const claims = express();
claims.post('/coupons/spring/claims', (req, res) => {
  res.status(201).json({ coupon: 'SPRING-1', for: req.get('spillway-claimant') });
});

const gateway = await createGateway({
  config: {
    log: { level: 'warn' },
    upstreams: [{ id: 'coupons', concurrency: { limit: 10 } }],
    campaigns: [
      {
        id: 'spring',
        upstream: 'coupons',
        routes: [{ methods: ['POST'], path: '/coupons/spring/claims' }],
        claimant: { from: 'header', name: 'x-user-id', unverified: true },
        limits: [{ name: 'per-user', key: 'claimant', capacity: 10, refillPerSecond: 10 / 60 }],
        admission: { ratePerSecond: 50, burst: 20 },
      },
    ],
  },
  services: { coupons: claims },
});

const app = express();
app.use(gateway.middleware);
const server = app.listen(3000, '127.0.0.1', () => console.log('ready on http://127.0.0.1:3000'));
process.once('SIGTERM', () => server.close(() => void gateway.close()));
