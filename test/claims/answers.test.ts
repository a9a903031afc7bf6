/** Answers of every kind, and what of them is stored and replayed. */
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { claim, valuesOf } from '../gateway/client.js';
import { GatewayBench } from '../support/gateway.js';
import type { Respond } from '../support/recording-upstream.js';
import { until } from '../support/until.js';
import { ledgered } from './kit.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

async function twice(respond: Respond, claims: Record<string, unknown> = {}) {
  const service = await bench.recording(respond);
  const { port } = await bench.open(service.url, ledgered(claims));
  const first = await claim(port, 'ann');
  const second = await claim(port, 'ann');
  return { first, second, service };
}

describe('an answer in the ledger', () => {
  it('with Set-Cookie: the first claim gets the cookie, a repeat the answer without it', async () => {
    const { first, second } = await twice((_request, response) => {
      response.writeHead(201, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Content-Type', 'text/plain', 'X-Trace', 't']);
      response.end('coupon');
    });
    expect(valuesOf(first.rawHeaders, 'set-cookie')).toEqual(['a=1', 'b=2']);
    expect(second.headers['set-cookie']).toBeUndefined();
    expect(second.headers['x-trace']).toBeUndefined();
    expect([second.status, second.headers['content-type'], second.body.toString()]).toEqual([
      201,
      'text/plain',
      'coupon',
    ]);
  });

  it('in chunks: is one body with a length, both times', async () => {
    const { first, second } = await twice((_request, response) => {
      response.writeHead(201, { 'transfer-encoding': 'chunked' });
      response.write('cou', () => response.end('pon'));
    });
    for (const said of [first, second]) {
      expect([said.body.toString(), said.headers['content-length'], said.headers['transfer-encoding']]).toEqual([
        'coupon',
        '6',
        undefined,
      ]);
    }
  });

  it('of octets that are no text: comes back octet by octet', async () => {
    const octets = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const { second } = await twice((_request, response) => response.writeHead(200).end(octets));
    expect(second.body.equals(octets)).toBe(true);
    expect(second.headers['idempotency-replayed']).toBe('true');
  });

  it('beyond what is stored: a repeat learns the outcome, with the status of the first', async () => {
    const large = 'x'.repeat(9000);
    const { first, second, service } = await twice((_request, response) => {
      response.writeHead(201, { 'content-type': 'text/plain', 'content-encoding': 'identity' }).end(large);
    });
    expect(first.body.toString()).toBe(large);
    expect([second.status, second.headers['content-type']]).toEqual([201, 'application/json']);
    expect(second.json()).toMatchObject({ campaign: 'lny', outcome: 'granted' });
    expect(service.requests).toHaveLength(1);
  });

  it('beyond what is taken in: streams to the client, and a repeat learns the outcome', async () => {
    const large = Buffer.alloc(300_000, 'y');
    const { first, second, service } = await twice((_request, response) => {
      response.writeHead(200).write(large.subarray(0, 100_000), () => response.end(large.subarray(100_000)));
    });
    expect(first.body.equals(large)).toBe(true);
    expect(second.json()).toMatchObject({ outcome: 'granted' });
    expect(service.requests).toHaveLength(1);
  });

  it('without a body: is replayed without one', async () => {
    const { second } = await twice((_request, response) => response.writeHead(204).end());
    expect([second.status, second.body.length, second.headers['content-length']]).toEqual([204, 0, undefined]);
    expect(second.headers['idempotency-replayed']).toBe('true');
  });

  it('after an interim one: is the final one', async () => {
    const { first, second } = await twice((_request, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.writeProcessing();
      response.writeHead(201).end('final');
    });
    expect([first.body.toString(), second.body.toString()]).toEqual(['final', 'final']);
  });

  it('says by JSON what it means, packed or not, where the configuration says how', async () => {
    const outcomes = {
      granted: [{ status: [200], json: { pointer: '/code', equals: 0 } }],
      rejected: [{ json: { pointer: '/code', equals: 1001 } }],
      soldOut: [{ json: { pointer: '/code', equals: 9 } }],
      retry: [{ json: { pointer: '/code', equals: 503 } }],
    };
    const say =
      (code: number): Respond =>
      (_request, response) => {
        const body = gzipSync(JSON.stringify({ code }));
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(body);
      };
    const service = await bench.recording(say(503));
    const { port } = await bench.open(service.url, ledgered({ outcomes }));
    const replayed = async (user: string) => (await claim(port, user)).headers['idempotency-replayed'] === 'true';
    expect([await replayed('ann'), await replayed('ann')]).toEqual([false, false]);
    service.respond = say(1001);
    expect([await replayed('ann'), await replayed('ann')]).toEqual([false, true]);
    service.respond = say(0);
    expect([await replayed('bob'), await replayed('bob')]).toEqual([false, true]);
    service.respond = say(77);
    expect([await replayed('cat'), await replayed('cat')]).toEqual([false, false]);
    service.respond = say(9);
    expect(await replayed('dan')).toBe(false);
    await until(async () => (await claim(port, 'dan')).status === 410);
    expect((await claim(port, 'dan')).json()).toMatchObject({ code: 'SOLD_OUT' });
    expect((await claim(port, 'bob')).headers['idempotency-replayed']).toBe('true');
  });

  it('to a HEAD on a guarded route is nobody’s claim', async () => {
    const service = await bench.recording((_request, response) => response.writeHead(200).end());
    const settings = ledgered();
    const routes = [{ methods: ['POST', 'HEAD'], path: '/campaigns/lny/claims' }];
    const { port } = await bench.open(service.url, {
      ...settings,
      campaign: { ...settings.campaign, routes, pass: [] },
    });
    for (let i = 0; i < 2; i++) {
      const said = await claim(port, 'ann', { method: 'HEAD', body: undefined as never });
      expect([said.status, said.headers['idempotency-replayed']]).toEqual([200, undefined]);
    }
    expect(service.requests).toHaveLength(2);
  });
});
