/**
 * Warms a generator up against a server of its own, so that the first people of a burst do not wait for code to be
 * compiled: the gateways see nothing of it. A cold generator was half a second late with 4,000 requests a second.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpTransport } from './http-transport.js';

const ROUNDS = 20;
const AT_ONCE = 40;
const ANSWER = JSON.stringify({ code: 'QUEUED', ticket: 'warm', position: 1, pollAfterMs: 1, etaSeconds: { max: 1 } });

export async function warmUp(): Promise<void> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(429, { 'content-type': 'application/problem+json', 'retry-after': '1' }).end(ANSWER);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origins = [`http://127.0.0.1:${(server.address() as AddressInfo).port}`];
  const form = { claimPath: '/', ticketsPath: '/', claimantHeader: 'x-user-id', idempotencyKeys: false };
  const transport = new HttpTransport({ origins, timeoutMs: 5000, maxConnections: AT_ONCE, form });
  const request = { step: 'claim', claimant: 'warm', ticket: null, content: null } as const;
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, () => new Promise((resolve) => transport.send(0, request, resolve))),
    );
  }
  await transport.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
