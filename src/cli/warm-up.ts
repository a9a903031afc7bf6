/**
 * A gateway often starts when a flood is already there, and code that has never run is many times slower than code
 * that has. Before it listens, the process therefore runs a crowd of its own through a second gateway made of the
 * same classes: embedded store, a service that answers at once, loopback only. Nothing of it stays.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { composeGateway } from '../compose.js';
import { loadConfig } from '../config/load.js';
import { systemClock } from '../kernel/clock.js';
import { createLogger } from '../kernel/logger.js';

/** How long it may take, in milliseconds. */
const BUDGET_MS = 250;
const PEOPLE = 32;

export async function warmUp(version: string): Promise<void> {
  const service = createServer((req, res) => {
    req.resume();
    res.writeHead(201, { 'Content-Type': 'application/json' }).end('{"coupon":"WARM-UP"}');
  });
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  const loaded = loadConfig({ file: 'warm-up', text: configFor((service.address() as AddressInfo).port), env: {} });
  const gateway = await composeGateway({
    loaded,
    clock: systemClock,
    random: Math.random,
    logger: createLogger('silent'),
    version,
  });
  const pool = new Pool(`http://127.0.0.1:${gateway.port}`, { connections: PEOPLE });
  const until = performance.now() + BUDGET_MS;
  await Promise.all(Array.from({ length: PEOPLE }, (_, person) => visit(pool, person, until)));
  await pool.destroy();
  await gateway.stop();
  service.close();
  service.closeAllConnections();
}

/** Claims, polls and leaves, over and over, as one after another of many people. */
async function visit(pool: Pool, person: number, until: number): Promise<void> {
  for (let turn = 0; performance.now() < until; turn++) {
    const headers = { 'x-user-id': `warm-${person}-${turn}` };
    const claim = await pool.request({ method: 'POST', path: '/claims', headers, body: '{}' });
    const answer = (await claim.body.json()) as { readonly ticket?: string };
    if (answer.ticket === undefined) continue;
    for (let poll = 0; poll < 3; poll++) {
      const ticket = await pool.request({ method: 'GET', path: `/queue/warm-up/tickets/${answer.ticket}` });
      await ticket.body.dump();
    }
  }
}

function configFor(servicePort: number): string {
  return `
server: { port: 0, drainMs: 0 }
admin: { port: 0 }
upstreams: [ { id: warm-up, targets: [ 'http://127.0.0.1:${servicePort}' ], concurrency: { limit: 8 } } ]
campaigns:
  - id: warm-up
    upstream: warm-up
    routes: [ { path: /claims } ]
    claimant: { unverified: true }
    limits: [ { name: per-user }, { name: per-address, key: address, capacity: 100000, refillPerSecond: 100000 } ]
    admission: { ratePerSecond: 1000, burst: 50 }
    queue: { holdMs: 20 }
`;
}
