/** A claim service as you may have one: it knows nothing of Spillway. */
import { createServer } from 'node:http';
import { setTimeout as work } from 'node:timers/promises';

const WORK_MS = 50;
let left = 10_000;

const server = createServer(async (req, res) => {
  const answer = (status, document) =>
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  req.resume();
  if (req.method === 'GET' && req.url === '/coupons/spring') return answer(200, { left });
  if (req.method !== 'POST' || req.url !== '/coupons/spring/claims') return answer(404, { error: 'no such thing' });
  await work(WORK_MS);
  if (left === 0) return answer(409, { error: 'no coupons left' });
  left--;
  answer(201, { coupon: `SPRING-${10_000 - left}`, for: req.headers['spillway-claimant'] ?? req.headers['x-user-id'] });
});

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`claim API ready on http://127.0.0.1:${server.address().port}`);
});
