import { afterEach, describe, expect, it } from '@jest/globals';
import { CLAIMS, GatewayBench } from '../support/gateway.js';
import { type Answer, claim, send } from './client.js';
import { expectProblem, QUOTA_EXCEEDED, REDUCED_CAPACITY } from './problems.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

/** Nobody gets in for minutes: an unknown door is an empty one. */
const SHUT = { ratePerSecond: 0.01, burst: 1 };
const HOUR_MS = 3_600_000;
const inHours = (hours: number): string => new Date(Date.now() + hours * HOUR_MS).toISOString();

async function behind(campaign: Record<string, unknown>, upstreamSettings: Record<string, unknown> = {}) {
  const upstream = await bench.recording();
  const running = await bench.open(upstream.url, { campaign, upstream: upstreamSettings });
  return { upstream, ...running };
}

describe('a claim that may not pass', () => {
  it('QUEUED: a place, the ticket document, and the ticket as a field', async () => {
    const { upstream, port } = await behind({ admission: SHUT });
    const first = await claim(port, 'ann');
    const problem = expectProblem(first, { status: 429, code: 'QUEUED', again: true });
    expect(problem).toMatchObject({ campaign: 'lny', state: 'waiting', number: 1, position: 1, chance: null });
    expect(problem).toMatchObject({
      etaSeconds: { min: expect.any(Number), max: expect.any(Number) },
      expiresAt: null,
    });
    expect(problem.ticket).toBe(first.headers['spillway-ticket']);
    expect(Number(first.headers['retry-after']) * 1000).toBeGreaterThanOrEqual(problem.pollAfterMs as number);
    expect((await claim(port, 'ben')).json()).toMatchObject({ number: 2, position: 2 });
    expect((await claim(port, 'ann')).json()).toMatchObject({ number: 1, position: 1 });
    expect(upstream.requests).toEqual([]);
  });

  it('RATE_LIMITED: names the limit, says when, and its Retry-After is never early', async () => {
    const limits = [{ name: 'per-user', key: 'claimant', capacity: 1, refillPerSecond: 0.2 }];
    const { upstream, port } = await behind({ limits });
    expect((await claim(port, 'ann')).status).toBe(201);
    for (const answer of [await claim(port, 'ann'), await claim(port, 'ann')]) {
      const problem = expectProblem(answer, { status: 429, code: 'RATE_LIMITED', again: true, type: QUOTA_EXCEEDED });
      expect(problem['violated-policies']).toEqual(['per-user']);
      expect(answer.headers.ratelimit).toBe('"per-user";r=0;t=5');
      expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(5);
    }
    expect((await claim(port, 'ben')).status).toBe(201);
    expect(upstream.requests.length).toBe(2);
  });

  it('NOT_STARTED: says when', async () => {
    const opensAt = inHours(0.5);
    const { upstream, port } = await behind({ schedule: { opensAt } });
    const problem = expectProblem(await claim(port, 'ann'), { status: 403, code: 'NOT_STARTED', again: true });
    expect(problem.opensAt).toBe(opensAt);
    expect(upstream.requests).toEqual([]);
  });

  it('ENDED: before anything else is looked at, and for good', async () => {
    const { upstream, port } = await behind({ schedule: { closesAt: inHours(-1) } });
    for (const user of ['ann', '']) {
      expectProblem(await claim(port, user), { status: 410, code: 'ENDED', again: false });
    }
    expect(upstream.requests).toEqual([]);
  });

  it('QUEUED before the opening, where the pre-queue is open: a place and no claim', async () => {
    const { upstream, port } = await behind({ schedule: { prequeueAt: inHours(-1), opensAt: inHours(1) } });
    const problem = expectProblem(await claim(port, 'ann'), { status: 429, code: 'QUEUED', again: true });
    expect(problem).toMatchObject({ state: 'waiting', number: 1, position: 1 });
    expect(upstream.requests).toEqual([]);
  });

  it.each([
    ['none', {}],
    ['an empty one', { 'x-user-id': '' }],
    ['two that differ', { 'x-user-id': ['ann', 'ben'] }],
    ['one with a space', { 'x-user-id': 'ann ben' }],
    ['one of 257 characters', { 'x-user-id': 'a'.repeat(257) }],
  ])('CLAIMANT_UNKNOWN: %s', async (_name, headers) => {
    const { upstream, port } = await behind({});
    const answer = await send(port, { method: 'POST', path: CLAIMS, body: '{}', headers });
    expectProblem(answer, { status: 401, code: 'CLAIMANT_UNKNOWN', again: false });
    expect(answer.headers['www-authenticate']).toBeDefined();
    expect(upstream.requests).toEqual([]);
  });

  it('OVERLOADED: the door is busy and there is no line', async () => {
    const { upstream, port } = await behind({ admission: SHUT, queue: { enabled: false } });
    const answer = await claim(port, 'ann');
    expectProblem(answer, { status: 503, code: 'OVERLOADED', again: true, type: REDUCED_CAPACITY });
    expect(answer.headers['spillway-ticket']).toBeUndefined();
    expect(upstream.requests).toEqual([]);
  });

  it('QUEUE_FULL: one more than may wait; who waits keeps the place', async () => {
    const { port } = await behind({ admission: SHUT, queue: { maxWaiting: 2 } });
    expect([(await claim(port, 'ann')).status, (await claim(port, 'ben')).status]).toEqual([429, 429]);
    const full = { status: 503, code: 'QUEUE_FULL', again: true, type: REDUCED_CAPACITY };
    expectProblem(await claim(port, 'cid'), full);
    expect((await claim(port, 'ben')).json()).toMatchObject({ code: 'QUEUED', number: 2 });
  });

  it('NO_ROUTE and METHOD_NOT_ALLOWED, with Allow', async () => {
    const { upstream, port } = await behind({});
    const unknown = { status: 404, code: 'NO_ROUTE', again: false };
    for (const path of ['/', '/other', `${CLAIMS}/`, '/Campaigns/lny/claims', `${CLAIMS}/more`]) {
      expectProblem(await claim(port, 'ann', { path }), unknown);
    }
    const wrong = await claim(port, 'ann', { method: 'PUT' });
    expectProblem(wrong, { status: 405, code: 'METHOD_NOT_ALLOWED', again: false });
    expect(wrong.headers.allow).toBe('POST');
    expect(upstream.requests).toEqual([]);
  });

  it('BODY_TOO_LARGE: declared, and found while it comes', async () => {
    const { upstream, port } = await behind({}, {});
    const tooLarge = { status: 413, code: 'BODY_TOO_LARGE', again: false };
    expectProblem(await claim(port, 'ann', { body: Buffer.alloc(1_048_577) }), tooLarge);
    expect(upstream.requests).toEqual([]);
    const headers = { 'transfer-encoding': 'chunked' };
    expectProblem(await claim(port, 'ann', { body: Buffer.alloc(1_200_000), headers }), tooLarge);
    expect(upstream.requests.filter(({ complete }) => complete)).toEqual([]);
  });
});

describe('a bound on bodies below 64 KiB', () => {
  it('holds for those that do not say their length, too', async () => {
    const upstream = await bench.recording();
    const { port } = await bench.open(upstream.url, { server: { maxBodyBytes: 1000 } });
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      expect((await claim(port, 'ann', { body: Buffer.alloc(1000), headers })).status).toBe(201);
      const tooLarge = { status: 413, code: 'BODY_TOO_LARGE', again: false };
      expectProblem(await claim(port, 'ann', { body: Buffer.alloc(1001), headers }), tooLarge);
    }
    expect(upstream.requests.length).toBe(2);
  });
});

describe('what a refusal costs', () => {
  it('nothing of the claimant limits: neither being sent back nor coming again with a ticket', async () => {
    const limits = [{ name: 'per-user', key: 'claimant', capacity: 2, refillPerSecond: 0.001 }];
    const { port } = await behind({ admission: SHUT, limits });
    const first = await claim(port, 'ann');
    const ticket = first.headers['spillway-ticket'] as string;
    const later: Answer[] = [];
    for (let time = 0; time < 5; time++) {
      later.push(await claim(port, 'ann', { headers: time % 2 === 0 ? { 'spillway-ticket': ticket } : {} }));
    }
    expect(later.map(({ status, headers }) => [status, headers['spillway-code']])).toEqual(
      Array.from({ length: 5 }, () => [429, 'QUEUED']),
    );
  });
});
