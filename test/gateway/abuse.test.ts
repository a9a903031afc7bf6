import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { GatewayBench, sumOf } from '../support/gateway.js';
import { until } from '../support/until.js';
import { claim, send } from './client.js';
import { RawClient } from './raw-client.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

/** A gateway behind a proxy on this machine, which says whose requests they are. */
async function behindProxy(server: Record<string, unknown> = {}, campaign: Record<string, unknown> = {}) {
  const upstream = await bench.recording();
  const bans = { offences: 5, firstSeconds: 60 };
  const gateway = await bench.open(upstream.url, { server: { trustProxy: ['127.0.0.1'], bans, ...server }, campaign });
  return { upstream, ...gateway };
}
const from = (address: string, more: Record<string, string> = {}) => ({
  headers: { 'x-forwarded-for': address, ...more },
});

describe('an address that keeps doing what no honest client does', () => {
  it('is banned for forging tickets, told until when, and nobody else is', async () => {
    const { port, upstream, metrics } = await behindProxy();
    const counted = async (...names: string[]) => {
      const page = await metrics();
      return names.map((name) => page.get(`spillway_address_${name}`));
    };
    const names = ['bans_total{step="first"}', 'bans_total{step="repeated"}', 'refusals_total{reason="banned"}'];
    expect(await counted(...names)).toEqual([0, 0, 0]);
    for (let at = 0; at < 5; at++) {
      const forged = from('203.0.113.1', { 'spillway-ticket': `AQRtYWRl${at}` });
      expect((await claim(port, 'eve', forged)).json()).toMatchObject({ code: 'TICKET_INVALID' });
    }
    const banned = await claim(port, 'eve', from('203.0.113.1'));
    expect(banned.json()).toMatchObject({ status: 429, code: 'ADDRESS_BANNED' });
    expect(Number(banned.headers['retry-after'])).toBeGreaterThanOrEqual(60);
    expect((await send(port, { path: '/queue/lny/status.json', ...from('203.0.113.1') })).status).toBe(429);
    expect((await claim(port, 'ann', from('203.0.113.2'))).status).toBe(201);
    expect(await counted(...names)).toEqual([1, 0, 2]);
    expect(upstream.requests.length).toBe(1);
  });

  it('is banned for garbage, and for polling in a loop; the claimant never is', async () => {
    const { port, metrics } = await behindProxy(
      {},
      { admission: { ratePerSecond: 0.01, burst: 1 }, queue: { poll: { nearMs: 2000 } } },
    );
    for (let at = 0; at < 5; at++) await send(port, { path: '/a//b', ...from('203.0.113.3') });
    expect((await send(port, { path: '/', ...from('203.0.113.3') })).json()).toMatchObject({ code: 'ADDRESS_BANNED' });
    await claim(port, 'first', from('203.0.113.9'));
    const { ticket } = (await claim(port, 'ann', from('203.0.113.4'))).json();
    const poll = (address: string) =>
      send(port, { path: '/queue/lny/tickets/me', ...from(address, { 'spillway-ticket': String(ticket) }) });
    const answers = [];
    for (let at = 0; at < 7; at++) answers.push((await poll('203.0.113.4')).status);
    expect(answers).toEqual([200, 200, 200, 200, 200, 200, 429]);
    expect((await poll('203.0.113.5')).status).toBe(200);
    expect(sumOf(await metrics(), 'spillway_line_early_polls_total')).toBeGreaterThanOrEqual(5);
  });

  it('is not banned for tickets that somebody left in its browser', async () => {
    const { port } = await behindProxy();
    const cookie = 'spillway-lny=AQRtYWRlAAAA';
    for (let at = 0; at < 8; at++)
      expect((await claim(port, `u${at}`, from('203.0.113.6', { cookie }))).status).toBe(201);
  });

  it('takes no proxy along: garbage that names no client bans nobody', async () => {
    const { port } = await behindProxy();
    for (let at = 0; at < 8; at++) await send(port, { path: '/a//b' });
    for (let at = 0; at < 8; at++) {
      const client = await RawClient.open(port);
      client.write('GARBAGE\r\n\r\n');
      await client.end();
    }
    expect((await claim(port, 'ann', from('203.0.113.7'))).status).toBe(201);
  });
});

describe('limits of one address', () => {
  it('on requests are told as any limit, and give way with time', async () => {
    const { port, metrics } = await behindProxy({ limits: { requestsPerSecondPerAddress: 1 } });
    const statuses = [];
    for (let at = 0; at < 3; at++) statuses.push((await claim(port, `u${at}`, from('203.0.113.1'))).status);
    expect(statuses).toEqual([201, 201, 429]);
    expect((await claim(port, 'u9', from('203.0.113.1'))).json()).toMatchObject({ code: 'RATE_LIMITED' });
    expect(sumOf(await metrics(), 'spillway_address_refusals_total', { reason: 'limited' })).toBe(2);
    expect((await claim(port, 'u9', from('203.0.113.2'))).status).toBe(201);
  });

  it('on connections close those beyond, and let others in once some are gone', async () => {
    const upstream = await bench.recording();
    const { port, metrics } = await bench.open(upstream.url, { server: { limits: { connectionsPerAddress: 3 } } });
    const held = await Promise.all([1, 2, 3].map(() => RawClient.open(port)));
    await until(async () => sumOf(await metrics(), 'spillway_connections') === 3);
    const beyond = connect({ port, host: '127.0.0.1' });
    await once(
      beyond.on('error', () => {}),
      'close',
    );
    expect(sumOf(await metrics(), 'spillway_address_refusals_total', { reason: 'connection' })).toBe(1);
    held[0]!.socket.destroy();
    await until(async () => sumOf(await metrics(), 'spillway_connections') === 2);
    expect((await claim(port, 'ann')).status).toBe(201);
    for (const one of held) one.socket.destroy();
  });
});

it('Slow senders own nothing: claims of others pass while hundreds of requests never end', async () => {
  const upstream = await bench.recording();
  const { port } = await bench.open(upstream.url, { upstream: { concurrency: { limit: 2 } } });
  const slow = await Promise.all(Array.from({ length: 300 }, () => RawClient.open(port)));
  for (const [at, one] of slow.entries()) {
    const head = `POST /campaigns/lny/claims HTTP/1.1\r\nHost: a\r\nX-User-Id: slow-${at}\r\n`;
    one.write(at % 2 === 0 ? head : `${head}Content-Length: 10\r\n\r\n12345`);
  }
  for (let at = 0; at < 20; at++) expect((await claim(port, `u${at}`)).status).toBe(201);
  expect(upstream.requests.length).toBe(20);
  for (const one of slow) one.socket.destroy();
});
