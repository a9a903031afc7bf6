/**
 * A gateway often starts when a flood is already there, and code that has never run is many times slower than code
 * that has. Before it listens, the process therefore runs a crowd of its own through a second gateway made of the
 * same classes: embedded store, a service that answers at once, loopback only. Nothing of it stays.
 *
 * The crowd must not meet the gateway with anything that real clients and services would not: code that was taught by
 * other objects than it will serve is slower than code that was taught nothing. So the people are bare sockets, and
 * the service is of the same classes as the gateway's own server.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { composeGateway } from '../compose/gateway.js';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { createApplication, createPrelinkedServer, serveFirst } from '../http/express-app.js';
import { systemClock } from '../kernel/clock.js';
import { createLogger } from '../kernel/logger.js';

/** How long it may take, in milliseconds. */
const BUDGET_MS = 250;
const PEOPLE = 32;
/** Claimed by every fourth; never answered, so that the first real time-out is not the first of all. */
const LATE = '/late';
const TIMEOUT_MS = 40;
const ANSWER = '{"coupon":"WARM-UP"}';
const ANSWER_FIELDS = ['Content-Type', 'application/json', 'Content-Length', String(ANSWER.length)];

/** @param config - what is going to be served: a ledger is kept here where one is kept there */
export async function warmUp(version: string, { campaigns }: Config): Promise<void> {
  const app = createApplication();
  serveFirst(app, (req, res) => {
    req.resume();
    if (req.url === LATE) return;
    res.writeHead(201, ANSWER_FIELDS);
    res.end(ANSWER, 'latin1');
  });
  const service = createPrelinkedServer(app);
  service.listen({ port: 0, host: '127.0.0.1', exclusive: true });
  await once(service, 'listening');
  const mode = campaigns.some(({ claims }) => claims.mode !== 'off') ? 'per-claimant' : 'off';
  const text = configFor((service.address() as AddressInfo).port, mode);
  const loaded = loadConfig({ file: 'warm-up', text, env: {} });
  const gateway = await composeGateway({
    loaded,
    clock: systemClock,
    random: Math.random,
    logger: createLogger('info', { destination: { write: () => {} } }),
    version,
  });
  const until = performance.now() + BUDGET_MS;
  await Promise.all(Array.from({ length: PEOPLE }, (_, person) => visit(gateway.port, person, until)));
  await gateway.stop();
  service.close();
  service.closeAllConnections();
}

/** Claims and polls, over and over, as one after another of many people. */
async function visit(port: number, person: number, until: number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.setEncoding('latin1');
  const path = person % 4 === 0 ? LATE : '/claims';
  for (let turn = 0; performance.now() < until; turn++) {
    const fields = `X-User-Id: warm-${person}-${turn}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n`;
    const claimed = await answerOf(socket, `POST ${path} HTTP/1.1\r\nHost: warm-up\r\n${fields}\r\n{}`);
    const ticket = /"ticket":"([^"]+)"/.exec(claimed)?.[1];
    if (ticket === undefined) continue;
    const poll = `GET /queue/warm-up/tickets/${ticket} HTTP/1.1\r\nHost: warm-up\r\n\r\n`;
    for (let polls = 0; polls < 3; polls++) await answerOf(socket, poll);
  }
  socket.destroy();
}

/** Asks, and waits for the whole answer, whose length is told. */
function answerOf(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const onData = (text: string): void => {
      answer += text;
      const bodyAt = answer.indexOf('\r\n\r\n') + 4;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(answer)?.[1]);
      if (bodyAt < 4 || answer.length < bodyAt + length) return;
      socket.off('data', onData).off('error', reject);
      resolve(answer);
    };
    socket.on('data', onData).on('error', reject);
    socket.write(request, 'latin1');
  });
}

function configFor(servicePort: number, mode: 'off' | 'per-claimant'): string {
  return `
server: { port: 0, drainMs: 0 }
admin: { port: 0 }
log: { accessPerSecond: 1000 }
upstreams:
  - { id: warm-up, targets: [ 'http://127.0.0.1:${servicePort}' ], idempotent: true, concurrency: { limit: 8 } }
  - id: late
    targets: [ 'http://127.0.0.1:${servicePort}' ]
    idempotent: true
    timeoutMs: ${TIMEOUT_MS}
    concurrency: { limit: ${PEOPLE} }
    health: { breaker: { faults: 1000 }, successRate: { maxRejectShare: 0 } }
campaigns:
  - id: warm-up
    upstream: warm-up
    routes: [ { path: /claims } ]
    claimant: { unverified: true }
    limits: [ { name: per-user }, { name: per-address, key: address, capacity: 100000, refillPerSecond: 100000 } ]
    admission: { ratePerSecond: 1000, burst: 50 }
    queue: { holdMs: 20 }
    claims: { mode: ${mode} }
  - id: late
    upstream: late
    routes: [ { path: ${LATE} } ]
    claimant: { unverified: true }
    limits: [ { name: per-user }, { name: per-address, key: address, capacity: 100000, refillPerSecond: 100000 } ]
    admission: { ratePerSecond: 1000, burst: 50 }
    queue: { holdMs: 20 }
    claims: { mode: ${mode} }
`;
}
