/** docs/openapi.yaml against running gateways: every answer it names is provoked, and every answer met is named. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Challenge, solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { problemCodes } from '../../src/http/problem-codes.js';
import { issuer } from '../claimant/tokens.js';
import { EventReader } from '../gateway/event-stream.js';
import { RawClient } from '../gateway/raw-client.js';
import { GatewayBench } from '../support/gateway.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { ANY_REQUEST, namedAnswers } from './document.js';
import { Tour } from './tour.js';

const bench = new GatewayBench();
const tour = new Tour(bench);
let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterEach(() => bench.stopAll());
afterAll(() => redis.stop());

const SHUT = { admission: { ratePerSecond: 0.01, burst: 1 } };
const COOKIE = { claimant: { from: 'cookie', name: 'uid' } };
const ONE_A_MINUTE = { limits: [{ name: 'per-user', key: 'claimant', capacity: 1, refillPerSecond: 0.02 }] };
const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
const HTML = { accept: 'text/html', 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate', cookie: 'uid=ann' };
const FOREIGN = { 'sec-fetch-site': 'cross-site', cookie: 'uid=ann' };

describe('claims', () => {
  it('are served, sent back, limited, and refused where nobody is known to ask', async () => {
    const stand = await tour.behind(ONE_A_MINUTE);
    await stand.claim('ann');
    await stand.claim('ann');
    await stand.claim('');
    await stand.claim('ben', { headers: { 'spillway-ticket': 'none' } });
    await stand.claim('ben', { body: Buffer.alloc(1_100_000) });
    await stand.claim('ben', { method: 'PUT' });
    await stand.claim('ben', { headers: { host: ['a', 'b'] } });
    const line = await tour.behind(SHUT);
    await line.claim('ann');
    const ticket = await line.join('ann');
    await line.reset();
    await line.claim('ann', { headers: { 'spillway-ticket': ticket } });
  });

  it('are refused before, after and without a line', async () => {
    await (await tour.behind({ schedule: { opensAt: inHours(1) } })).claim('ann');
    await (await tour.behind({ schedule: { closesAt: inHours(-1) } })).claim('ann');
    await (await tour.behind({ ...SHUT, queue: { enabled: false } })).claim('ann');
    const full = await tour.behind({ ...SHUT, queue: { maxWaiting: 1 } });
    await full.claim('ann');
    await full.claim('ben');
    await (await tour.behind(COOKIE)).send({ method: 'POST', path: '/campaigns/lny/claims', headers: FOREIGN });
  });

  it('are told when nothing is left', async () => {
    const soldOut = { status: [410], header: { name: 'campaign-status', value: 'sold-out' } };
    const stand = await tour.behind({ budget: { soldOutWhen: soldOut } }, {}, (_request, response) =>
      response.writeHead(410, { 'campaign-status': 'sold-out' }).end(),
    );
    await stand.claimUntil('ben', ({ headers }) => headers['spillway-code'] === 'SOLD_OUT');
    await stand.join('ann');
  });

  it('are answered once: repeats, keys, and other people', async () => {
    const hold: Array<() => void> = [];
    const stand = await tour.behind({ claims: { mode: 'idempotency-key' } }, {}, (_request, response) => {
      hold.push(() => response.writeHead(201).end());
    });
    const key = { 'idempotency-key': '"k1"', authorization: 'Bearer ann' };
    await stand.claim('ann');
    const first = stand.claim('ann', { headers: key });
    await stand.upstream.arrived(1);
    await stand.claim('ann', { headers: key });
    await Promise.all(hold.map((answer) => answer()));
    await first;
    expect((await stand.claim('ann', { headers: key })).headers['idempotency-replayed']).toBe('true');
    await stand.claim('ann', { headers: key, body: '{"other":1}' });
    await stand.claim('ann', { headers: { ...key, authorization: 'Bearer somebody-else' } });
  });

  it('meet a service that fails', async () => {
    const slow = await tour.behind({}, { upstream: { timeoutMs: 50 } }, () => {});
    await slow.claim('ann');
    const broken = await tour.behind({}, {}, (_request, response) => void response.socket?.end('no HTTP\r\n\r\n'));
    await broken.claim('ann');
    const gone = await tour.behind();
    await gone.upstream.stop();
    await gone.claim('ann');
  });
});

describe('the line', () => {
  it('shows itself to programs and to people', async () => {
    const stand = await tour.behind();
    await stand.send({ path: '/queue/lny/status.json' });
    await stand.send({ path: '/queue/lny' });
    await stand.send({ path: '/queue/lny', headers: { accept: 'text/html' } });
    for (const path of ['/queue/other/status.json', '/queue/other', '/queue/other/tickets/me'])
      await stand.send({ path });
    await stand.send({ method: 'POST', path: '/queue/other/tickets' });
    await stand.send({ method: 'POST', path: '/queue/other/leave' });
    await stand.send({ method: 'DELETE', path: '/queue/other/tickets/me' });
    for (const path of ['/queue/lny/status.json', '/queue/lny', '/queue/lny/tickets', '/queue/lny/tickets/me']) {
      await stand.send({ method: 'PUT', path });
    }
  });

  it('takes people, shows their place, and lets them go', async () => {
    const stand = await tour.behind({ ...SHUT, queue: { maxWaiting: 3 } });
    const ticket = await stand.join('ann');
    await stand.join('ann');
    await stand.line('GET', `tickets/${ticket}`, '');
    await stand.line('GET', 'tickets/me', 'ann');
    await stand.line('GET', 'tickets/me', '');
    await stand.line('GET', 'tickets/me', 'nobody');
    await stand.line('GET', 'tickets/none', '');
    await stand.line('DELETE', 'tickets/none', 'ann');
    await stand.line('DELETE', `tickets/${ticket}`, '');
    await stand.line('DELETE', 'tickets/me', 'nobody');
    await stand.line('POST', 'leave', '');
    await stand.line('POST', 'leave', 'nobody');
    await stand.line('POST', 'tickets', '');
    await stand.line('POST', 'tickets', 'ben', { 'spillway-ticket': ticket });
    await stand.join('ben');
    await stand.line('POST', 'leave', 'ben');
    await stand.line('DELETE', 'tickets/me', 'ann');
    const old = await stand.join('cid');
    for (const user of ['dan', 'eve', 'fay']) await stand.join(user);
    await stand.reset();
    await stand.line('GET', `tickets/${old}`, '');
    await stand.line('DELETE', `tickets/${old}`, 'cid');
    await stand.line('POST', 'tickets', 'cid', { 'spillway-ticket': old });
  });

  it('has forms for browsers, and refuses other sites', async () => {
    const stand = await tour.behind({ ...SHUT, ...COOKIE });
    await stand.line('POST', 'tickets', '', HTML);
    await stand.line('POST', 'leave', '', HTML);
    await stand.line('POST', 'tickets', '', FOREIGN);
    await stand.line('DELETE', 'tickets/me', '', FOREIGN);
  });

  it('takes nobody before the time, after it, or too often', async () => {
    await (await tour.behind({ schedule: { opensAt: inHours(1) } })).join('ann');
    await (await tour.behind({ schedule: { closesAt: inHours(-1) } })).join('ann');
    const limited = await tour.behind({ ...SHUT, ...ONE_A_MINUTE });
    await limited.join('ann');
    await limited.line('DELETE', 'tickets/me', 'ann');
    await limited.join('ann');
  });

  it('streams a place, once it is free, and not when all is said', async () => {
    const stand = await tour.behind({ ...SHUT, queue: { streams: { max: 1 } } });
    const ticket = await stand.join('ann');
    const path = `/queue/lny/tickets/${ticket}`;
    const reader = await EventReader.open(stand.gateway.port, path);
    expect(reader.response.headers['content-type']).toBe('text/event-stream');
    await stand.send({ path, headers: { accept: 'text/event-stream' } });
    await reader.until(({ events }) => events.length > 0);
    await stand.line('DELETE', 'tickets/me', 'ann');
    await reader.until(({ ended }) => ended);
    const headers = { accept: 'text/event-stream', 'last-event-id': reader.last!.id };
    expect((await stand.send({ path, headers })).status).toBe(204);
  });

  it('says so where the store is away', async () => {
    const stand = await tour.behind({ onStoreFailure: 'closed' }, { redisUrl: redis.url });
    await redis.kill();
    await stand.claim('ann');
    await stand.join('ann');
    await stand.line('GET', 'tickets/me', 'ann');
    await stand.line('DELETE', 'tickets/me', 'ann');
    await redis.start();
  });
});

describe('who asks', () => {
  it('is not known while what verifies it is away', async () => {
    const jwt = { jwksUrl: 'http://127.0.0.1:1/keys' };
    const stand = await tour.behind({ claimant: { from: 'jwt', jwt } });
    const token = await (await issuer('RS256')).token({ exp: Date.now() / 1000 + 60 });
    const headers = { authorization: `Bearer ${token}` };
    await stand.claim('', { headers });
    await stand.line('POST', 'tickets', '', headers);
    await stand.line('GET', 'tickets/me', '', headers);
    await stand.line('DELETE', 'tickets/me', '', headers);
  });
});

describe('an anonymous device', () => {
  it('becomes known by a cookie, or by work', async () => {
    const stand = await tour.behind({ claimant: { from: 'device' } });
    await stand.claim('');
    await stand.line('POST', 'tickets', '');
    await stand.line('GET', 'tickets/me', '');
    await stand.line('DELETE', 'tickets/me', '');
    await stand.line('POST', 'leave', '');
    const working = await tour.behind({ claimant: { from: 'device', device: { proofOfWork: true, cost: 1000 } } });
    const { challenge } = (await working.line('GET', 'device', '')).json() as { challenge: Challenge };
    const solution = await solveChallenge({ challenge, deriveKey, timeout: 25_000 });
    const headers = { 'content-type': 'application/json' };
    for (const body of ['{}', JSON.stringify({ challenge, solution })]) {
      await working.send({ method: 'POST', path: '/queue/lny/device', headers, body });
    }
    await working.line('PUT', 'device', '');
    for (const method of ['GET', 'POST']) await working.send({ method, path: '/queue/other/device' });
  });
});

describe('any request', () => {
  it('may be malformed', async () => {
    const { gateway } = await tour.behind();
    const codes = [];
    for (const head of [
      `GET /${'a'.repeat(8001)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(17_000)}\r\n\r\n`,
      'GET / HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\n\r\n',
      'GET /queue//lny HTTP/1.1\r\nHost: a\r\n\r\n',
      'GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n',
    ]) {
      const client = await RawClient.open(gateway.port);
      client.write(head);
      codes.push(/Spillway-Code: (\w+)/i.exec(await client.until(/\r\n\r\n/))?.[1]);
      client.vanish();
    }
    expect(codes).toEqual(['URI_TOO_LONG', 'HEADERS_TOO_LARGE', 'EXPECTATION_FAILED', 'REQUEST_INVALID', 'NO_ROUTE']);
    for (const code of codes) expect(ANY_REQUEST).toContain(code);
  });
});

describe('docs/openapi.yaml', () => {
  it('says of every answer met what it is', () => {
    expect(tour.faults).toEqual([]);
    expect([...tour.met].filter((name) => !namedAnswers().includes(name))).toEqual([]);
  });

  it('names no answer that was not met', () => {
    expect(namedAnswers().filter((name) => !tour.met.has(name))).toEqual([]);
  });

  it('names every code', () => {
    const named = new Set([...namedAnswers().map((name) => name.split(' ')[2]), ...ANY_REQUEST]);
    expect(Object.keys(problemCodes).filter((code) => !named.has(code))).toEqual([]);
  });
});
