import { afterEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { CLAIMS, GatewayBench, type RunningGateway } from '../support/gateway.js';
import { claim, send } from './client.js';
import { expectProblem } from './problems.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

const STATUS = '/queue/lny/status.json';
const SHOP = 'https://shop.example';
const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

async function open(campaign: Record<string, unknown>, server: Record<string, unknown> = {}): Promise<RunningGateway> {
  const upstream = await bench.recording();
  return bench.open(upstream.url, { campaign: { admission: { ratePerSecond: 0.01, burst: 1 }, ...campaign }, server });
}

describe('the campaign document', () => {
  it('is the same bytes for everybody, and a cache may keep it for a second', async () => {
    const { port } = await open({});
    for (const user of ['ann', 'ben', 'cid']) await claim(port, user);
    const askers = [{}, { 'x-user-id': 'ann' }, { cookie: 'a=b', 'user-agent': 'x' }, { 'accept-language': 'zh' }];
    const answers = await Promise.all(askers.map((headers) => send(port, { path: STATUS, headers })));
    expect(new Set(answers.map(({ body }) => body.toString())).size).toBe(1);
    for (const { headers } of answers) {
      expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'public, max-age=1' });
      expect(headers['set-cookie']).toBeUndefined();
    }
  });

  it('has the members of the contract', async () => {
    const { url, port } = await open({});
    for (const user of ['ann', 'ben', 'cid']) await claim(port, user);
    const { body } = await request(url).get(STATUS).expect(200);
    expect(body).toMatchObject({
      ...{ campaign: 'lny', state: 'open', epoch: 1, head: 0, tail: 3, waiting: 3, opensAt: null, closesAt: null },
      ...{ callsPerSecond: expect.any(Number), remaining: null, poll: { nearMs: 250, maxMs: 30_000 } },
    });
    expect(Math.abs(Date.parse(body.updatedAt) - Date.now())).toBeLessThan(5000);
    const head = await send(port, { method: 'HEAD', path: STATUS });
    expect([head.status, head.body.length]).toEqual([200, 0]);
  });

  it('is what the bare address of the campaign gives to who asks for JSON', async () => {
    const { port } = await open({});
    const answer = await send(port, { path: '/queue/lny', headers: { accept: 'application/json' } });
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({ campaign: 'lny', state: 'open' });
  });

  it.each([
    ['scheduled', { opensAt: inHours(1) }],
    ['prequeue', { prequeueAt: inHours(-1), opensAt: inHours(1) }],
    ['open', { opensAt: inHours(-1), closesAt: inHours(1) }],
    ['ended', { closesAt: inHours(-1) }],
  ])('says %s', async (state, schedule) => {
    const { url } = await open({ schedule });
    const { body } = await request(url).get(STATUS).expect(200);
    expect(body.state).toBe(state);
    if ('opensAt' in schedule) expect(body.opensAt).toBe(schedule.opensAt);
  });

  it('rounds the number waiting where it is published so', async () => {
    const { url, port } = await open({ publish: { waiting: 'rounded' } });
    for (let at = 0; at < 104; at++) await claim(port, `u${at}`);
    const { body } = await request(url).get(STATUS);
    expect(body.waiting).toBe(100);
  });
});

describe('CORS', () => {
  const EXPOSED = [
    'Retry-After',
    'RateLimit',
    'RateLimit-Policy',
    'Spillway-Code',
    'Spillway-Ticket',
    'Idempotency-Replayed',
  ];
  const limits = [{ name: 'per-user', key: 'claimant', capacity: 1, refillPerSecond: 0.01 }];

  it('lets a listed origin read every answer, with the fields a client needs', async () => {
    const { port } = await open({ limits }, { cors: { origins: [SHOP] } });
    const headers = { origin: SHOP };
    const answers = [
      await claim(port, 'ann', { headers }),
      await claim(port, '', { headers }),
      await claim(port, 'ann', { headers, method: 'PUT' }),
      await send(port, { path: '/nowhere', headers }),
      await send(port, { path: STATUS, headers }),
      await send(port, { path: '/queue/lny/tickets/me', headers: { ...headers, 'x-user-id': 'ann' } }),
      await send(port, { path: '/queue/lny/tickets/forged', headers }),
      await send(port, {
        method: 'DELETE',
        path: '/queue/lny/tickets/me',
        headers: { ...headers, 'x-user-id': 'ann' },
      }),
    ];
    for (const answer of answers) {
      expect(answer.headers['access-control-allow-origin']).toBe(SHOP);
      expect(answer.headers['access-control-allow-credentials']).toBe('true');
      const exposed = String(answer.headers['access-control-expose-headers']).split(', ');
      expect(exposed).toEqual(expect.arrayContaining(EXPOSED));
      expect(answer.headers.vary).toMatch(/Origin/);
    }
  });

  it.each([
    ['POST', CLAIMS, 'POST'],
    ['POST', '/queue/lny/tickets', 'POST'],
    ['DELETE', '/queue/lny/tickets/me', 'GET, HEAD, DELETE'],
    ['GET', '/campaigns/lny', 'GET, HEAD'],
  ])('answers the preflight of %s %s with 204', async (method, path, allowed) => {
    const { port } = await open({}, { cors: { origins: [SHOP] } });
    const headers = {
      origin: SHOP,
      'access-control-request-method': method,
      'access-control-request-headers': 'content-type, spillway-ticket',
    };
    const answer = await send(port, { method: 'OPTIONS', path, headers });
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': SHOP,
      'access-control-allow-methods': allowed,
      'access-control-allow-headers': 'content-type, spillway-ticket',
    });
  });

  it('gives other origins nothing, and is silent where it is off', async () => {
    const listed = await open({}, { cors: { origins: [SHOP] } });
    const foreign = await claim(listed.port, 'ann', { headers: { origin: 'https://evil.example' } });
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
    const off = await open({});
    const answer = await claim(off.port, 'ann', { headers: { origin: SHOP } });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    const headers = { origin: SHOP, 'access-control-request-method': 'POST' };
    const preflight = await send(off.port, { method: 'OPTIONS', path: CLAIMS, headers });
    expectProblem(preflight, { status: 405, code: 'METHOD_NOT_ALLOWED', again: false });
  });

  it('adds its fields to the answer of the service, in place of nothing the service said', async () => {
    const upstream = await bench.recording();
    const { port } = await bench.open(upstream.url, { server: { cors: { origins: [SHOP] } } });
    const answer = await claim(port, 'ann', { headers: { origin: SHOP } });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([201, SHOP]);
  });
});
