import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import { type ClaimService, type ClaimServiceOptions, startClaimService } from '../../src/sample/claim-service.js';
import { serveClaimService } from '../../src/sample/serve.js';
import { FakeClock } from '../support/fake-clock.js';

const running: ClaimService[] = [];
const agent = new Agent();

async function start(options: ClaimServiceOptions = {}): Promise<ClaimService> {
  const service = await startClaimService({ serviceMs: 1, ...options });
  running.push(service);
  return service;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.stop()));
});

async function call(url: string, method: 'GET' | 'POST', headers: Record<string, string> = {}, body?: unknown) {
  const text = body === undefined ? null : JSON.stringify(body);
  const answer = await request(url, { method, headers, body: text, dispatcher: agent });
  const document = (await answer.body.json()) as Record<string, unknown>;
  return { status: answer.statusCode, headers: answer.headers, document };
}

function claim(service: ClaimService, claimant: string, headers: Record<string, string> = {}) {
  return call(`${service.url}/campaigns/lny/claims`, 'POST', { 'x-user-id': claimant, ...headers }, {});
}

describe('the sample claim service', () => {
  it('answers a claim with a coupon that depends on campaign and claimant alone', async () => {
    const service = await start();
    const [first, again, other] = [
      await claim(service, 'ann'),
      await claim(service, 'ann'),
      await claim(service, 'bo'),
    ];
    expect(first).toMatchObject({ status: 201, document: { claimant: 'ann', campaign: 'lny', number: 1 } });
    expect(again.document.coupon).toBe(first.document.coupon);
    expect(other.document.coupon).not.toBe(first.document.coupon);
  });

  it('grants twice without an idempotency key, and once with one, answering the same both times', async () => {
    const service = await start();
    await claim(service, 'ann');
    await claim(service, 'ann');
    const first = await claim(service, 'bo', { 'idempotency-key': 'k' });
    const again = await claim(service, 'bo', { 'idempotency-key': 'k' });
    expect(again.document).toEqual(first.document);
    expect(service.stats()).toMatchObject({ granted: 3, repeated: 1, grantedTwice: 1 });
  });

  it('knows the claimant from Spillway-Claimant when its own header is absent', async () => {
    const service = await start();
    const { document } = await call(`${service.url}/campaigns/lny/claims`, 'POST', { 'spillway-claimant': 'cy' }, {});
    expect(document.claimant).toBe('cy');
  });

  it('describes a campaign without counting it as a claim', async () => {
    const service = await start();
    await claim(service, 'ann');
    const { status, document } = await call(`${service.url}/campaigns/lny`, 'GET');
    expect([status, document.granted, service.stats().received]).toEqual([200, 1, 1]);
  });

  it('answers 404 and 405 where there is nothing', async () => {
    const service = await start();
    expect((await call(`${service.url}/nowhere`, 'GET')).status).toBe(404);
    expect((await call(`${service.url}/campaigns/lny/claims`, 'GET')).status).toBe(405);
    expect((await call(`${service.url}/_service/nothing`, 'GET')).status).toBe(404);
    expect(service.stats().received).toBe(0);
  });

  it('gives its figures and arrivals since a number over HTTP', async () => {
    const service = await start();
    await claim(service, 'ann');
    await claim(service, 'bo');
    const stats = await call(`${service.url}/_service/stats?since=1`, 'GET');
    const { document } = await call(`${service.url}/_service/arrivals?since=1`, 'GET');
    expect(stats.document).toMatchObject({ upTo: 2, received: 1, granted: 1 });
    expect(document.arrivals).toMatchObject([{ number: 2, claimant: 'bo', outcome: 'granted' }]);
    expect((await call(`${service.url}/_service/stats?since=x`, 'GET')).status).toBe(400);
  });

  it('fails as told, and is healthy again after an empty order', async () => {
    const service = await start();
    const order = (body: unknown) => call(`${service.url}/_service/faults`, 'POST', {}, body);
    await order({ failShare: 1, status: 503 });
    expect((await claim(service, 'ann')).status).toBe(503);
    await order({});
    expect((await claim(service, 'ann')).status).toBe(201);
    expect(service.stats()).toMatchObject({ failed: 1, granted: 1 });
  });

  it('refuses an order it does not understand, and keeps the faults it has', async () => {
    const service = await start();
    service.setFaults({ failShare: 1 });
    const refused = await call(`${service.url}/_service/faults`, 'POST', {}, { failShar: 0 });
    expect([refused.status, (await claim(service, 'ann')).status]).toEqual([422, 500]);
  });

  it('is sold out after as many grants as told, also for those who come at once', async () => {
    const service = await start({ serviceMs: 20 });
    service.setFaults({ soldOutAfter: 2 });
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((claimant) => claim(service, claimant)));
    const gone = answers.filter(({ status }) => status === 410);
    expect([gone.length, gone[0]?.headers['campaign-status']]).toEqual([2, 'sold-out']);
  });

  it('forgets its grants and its faults on reset, but not what arrived', async () => {
    const service = await start();
    service.setFaults({ soldOutAfter: 1 });
    await claim(service, 'ann');
    await call(`${service.url}/_service/reset`, 'POST', {}, {});
    expect((await claim(service, 'ann')).status).toBe(201);
    expect(service.stats().received).toBe(2);
  });

  it('falls over when overrun: resets everybody, refuses connections, and comes back on the same port', async () => {
    const clock = new FakeClock();
    const service = await start({ crashAbove: 5, restartMs: 3000, clock });
    const settled = await Promise.allSettled(Array.from({ length: 6 }, (_, i) => claim(service, `c${i}`)));
    expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
    await expect(claim(service, 'early')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await clock.advance(2999);
    await expect(claim(service, 'early')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await clock.advance(1);
    const { document } = await call(`${service.url}/_service/stats`, 'GET');
    expect(document).toMatchObject({ crashes: 1, lost: 6, answered: 0, inFlight: 0, maxInFlight: 6 });
  });

  it.each(['SIGTERM', 'SIGINT', 'disconnect'])('ends on %s and listens for nothing more', async (signal) => {
    const signals = new EventEmitter();
    const lines: string[] = [];
    const service = await serveClaimService({ serviceMs: 1 }, signals, (line) => lines.push(line));
    expect(lines).toEqual([`listening ${service.url}`]);
    signals.emit(signal);
    await expect(claim(service, 'ann')).rejects.toThrow();
    expect(signals.eventNames()).toEqual([]);
  });
});
