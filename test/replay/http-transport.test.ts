import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { HttpTransport } from '../../src/replay/http-transport.js';
import type { NoReply, Reply } from '../../src/replay/reply.js';
import type { Outgoing } from '../../src/replay/transport.js';

const CLAIM: Outgoing = { step: 'claim', claimant: 'ann', ticket: null, content: null };
const form = { claimPath: '/claims', ticketsPath: '/tickets', claimantHeader: 'x-user-id', idempotencyKeys: false };
let server: Server;
let transport: HttpTransport;

async function setUp(answer: RequestListener, maxConnections = 100, timeoutMs = 5000): Promise<void> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origins = [`http://127.0.0.1:${(server.address() as AddressInfo).port}`];
  transport = new HttpTransport({ origins, timeoutMs, maxConnections, form });
}

const send = (request = CLAIM) => new Promise<Reply | NoReply>((done) => transport.send(0, request, done));

afterEach(async () => {
  await transport.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('HttpTransport', () => {
  it('sends method, path, headers and body, and reads status, Retry-After and body', async () => {
    await setUp((request, response) => {
      response.writeHead(429, { 'Retry-After': '2' });
      response.end(`${request.method} ${request.url} ${request.headers['x-user-id']}`);
    });
    const expected = { kind: 'reply', status: 429, retryAfterMs: 2000, body: 'POST /claims ann' };
    expect(await send()).toMatchObject(expected);
  });

  it('uses one connection for people who come one after the other', async () => {
    await setUp((_, response) => response.end());
    for (let i = 0; i < 20; i++) await send();
    expect(transport.connections).toBe(1);
  });

  it('opens a connection for everybody who is in flight at the same time', async () => {
    const held: Array<() => void> = [];
    await setUp((_, response) => {
      held.push(() => response.end());
      if (held.length === 50) for (const release of held) release();
    });
    const replies = await Promise.all(Array.from({ length: 50 }, () => send()));
    expect(replies.every((reply) => reply.kind === 'reply' && reply.status === 200)).toBe(true);
    expect(transport.connections).toBe(50);
  });

  it('lets requests beyond its bound of connections wait their turn', async () => {
    let inFlight = 0;
    let most = 0;
    await setUp((_, response) => {
      most = Math.max(most, ++inFlight);
      setImmediate(() => {
        inFlight -= 1;
        response.end();
      });
    }, 3);
    const replies = await Promise.all(Array.from({ length: 30 }, () => send()));
    expect(replies).toHaveLength(30);
    expect([transport.connections, most <= 3]).toEqual([3, true]);
  });

  it('says by which error no answer came, and goes on afterwards', async () => {
    let requests = 0;
    await setUp((request, response) => {
      requests += 1;
      if (requests === 1) request.socket.resetAndDestroy();
      else response.end();
    });
    expect(await send()).toEqual({ kind: 'none', error: expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/) });
    expect(await send()).toMatchObject({ kind: 'reply', status: 200 });
  });

  it('gives up on an answer that does not come in time', async () => {
    await setUp(() => undefined, 100, 50);
    expect(await send()).toEqual({ kind: 'none', error: 'UND_ERR_HEADERS_TIMEOUT' });
  });
});
