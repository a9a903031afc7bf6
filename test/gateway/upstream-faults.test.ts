import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { GatewayBench, sumOf } from '../support/gateway.js';
import { claim } from './client.js';
import { expectProblem } from './problems.js';

const bench = new GatewayBench();
const closers: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await bench.stopAll();
});

/** A service that says these bytes to whatever comes, or does `answer` with the socket. */
async function saying(answer: string | ((socket: Socket) => void)): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.once('data', () => (typeof answer === 'string' ? socket.end(answer, 'latin1') : answer(socket)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((closed) => server.close(closed));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const unavailable = { status: 503, code: 'UPSTREAM_UNAVAILABLE', again: true };
const invalid = { status: 502, code: 'UPSTREAM_INVALID', again: true };

describe('a service that fails', () => {
  it('refuses the connection: UPSTREAM_UNAVAILABLE, certainly not sent', async () => {
    const url = await saying('');
    await closers.splice(0)[0]!();
    const { port } = await bench.open(url);
    expect(expectProblem(await claim(port, 'ann'), unavailable).outcome).toBe('not-sent');
  });

  it('resets the connection after the claim was sent: UPSTREAM_UNAVAILABLE, unknown', async () => {
    const { port } = await bench.open(await saying((socket) => socket.resetAndDestroy()));
    expect(expectProblem(await claim(port, 'ann'), unavailable).outcome).toBe('unknown');
  });

  it('does not answer in time: UPSTREAM_TIMEOUT, unknown', async () => {
    const { port } = await bench.open(await saying(() => {}), { upstream: { timeoutMs: 50 } });
    const timeout = { status: 504, code: 'UPSTREAM_TIMEOUT', again: true };
    expect(expectProblem(await claim(port, 'ann'), timeout).outcome).toBe('unknown');
  });

  it.each([
    ['bytes that are no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc'],
    ['length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a split answer', 'HTTP/1.1 200 OK\r\nX-A: b\rSet-Cookie: evil=1\r\nContent-Length: 0\r\n\r\n'],
    ['a header of 40 kB', `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(40_000)}\r\nContent-Length: 0\r\n\r\n`],
    [
      'an answer that switches protocols',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    ],
  ])('answers %s: UPSTREAM_INVALID, unknown, and nothing of it comes through', async (_name, bytes) => {
    const { port } = await bench.open(await saying(bytes));
    const answer = await claim(port, 'ann');
    expect(expectProblem(answer, invalid).outcome).toBe('unknown');
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('breaks its answer off: the client never takes half of it for the whole', async () => {
    const url = await saying('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
    const { port } = await bench.open(url);
    const came = await claim(port, 'ann').then(
      (answer) => answer.status,
      () => 'broken off',
    );
    expect(['broken off', 502]).toContain(came);
  });

  it('keeps the number of who was called: without a final answer it is not spent', async () => {
    let fail = true;
    const upstream = await bench.recording((_request, response) => response.writeHead(fail ? 500 : 201).end('x'));
    const { port, metrics } = await bench.open(upstream.url, {
      campaign: { admission: { ratePerSecond: 20, burst: 1 }, queue: { holdMs: 2000 } },
    });
    // The first takes the only token; the second gets a number, is called, and is held until there is another.
    await claim(port, 'first');
    const failed = await claim(port, 'ann');
    expect(failed.status).toBe(500);
    fail = false;
    const granted = await claim(port, 'ann');
    expect(granted.status).toBe(201);
    const samples = await metrics();
    expect(sumOf(samples, 'spillway_line_joins_total')).toBeLessThanOrEqual(2);
  });

  it('frees its slot each time: as many claims as you like pass through one slot', async () => {
    const { port, metrics } = await bench.open(await saying((socket) => socket.resetAndDestroy()), {
      upstream: { concurrency: { limit: 1 }, health: { breaker: { faults: 100 } } },
    });
    for (let time = 0; time < 10; time++) expect((await claim(port, `u${time}`)).status).toBe(503);
    expect(sumOf(await metrics(), 'spillway_upstream_in_flight')).toBe(0);
  });
});
