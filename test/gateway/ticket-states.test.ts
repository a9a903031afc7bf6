import { afterEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { GatewayBench, type RunningGateway } from '../support/gateway.js';
import { until } from '../support/until.js';
import { claim } from './client.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

const TICKETS = '/queue/lny/tickets';
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

async function poll({ url }: RunningGateway, ticket: string): Promise<Record<string, unknown>> {
  const { body } = await request(url).get(`${TICKETS}/${ticket}`).expect(200);
  return body;
}

async function join({ url }: RunningGateway, user: string): Promise<Record<string, unknown>> {
  const { body } = await request(url).post(TICKETS).set('x-user-id', user).expect(201);
  return body;
}

describe('the ticket document says', () => {
  it('called, at a door that is busy; then claimed, once the service has answered', async () => {
    const answers: Array<() => void> = [];
    const upstream = await bench.recording((_request, response) => answers.push(() => response.writeHead(201).end()));
    const gateway = await bench.open(upstream.url, {
      upstream: { concurrency: { limit: 1 } },
      campaign: { queue: { holdMs: 0, graceMs: 40_000 } },
    });
    const first = claim(gateway.port, 'first');
    await until(() => answers.length === 1);
    const sentBack = (await claim(gateway.port, 'ann')).json();
    expect(sentBack).toMatchObject({ code: 'QUEUED', state: 'called', number: 1, position: 0 });
    expect(sentBack.etaSeconds).toEqual({ min: 0, max: 1 });
    const graceMs = Date.parse(sentBack.expiresAt as string) - Date.now();
    expect(graceMs).toBeGreaterThan(38_000);
    expect(graceMs).toBeLessThanOrEqual(40_100);
    const ticket = sentBack.ticket as string;
    expect(await poll(gateway, ticket)).toMatchObject({ state: 'called', position: 0, ticket });
    answers.shift()?.();
    await first;
    const again = claim(gateway.port, 'ann', { headers: { 'spillway-ticket': ticket } });
    await until(() => answers.length === 1);
    answers.shift()?.();
    expect((await again).status).toBe(201);
    expect(await poll(gateway, ticket)).toMatchObject({ state: 'claimed', position: null, etaSeconds: null });
  });

  it('lapsed, to who was called and did not come; who then claims is let in all the same', async () => {
    const upstream = await bench.recording();
    const gateway = await bench.open(upstream.url, {
      campaign: { queue: { graceMs: 1000, poll: { nearMs: 50, maxMs: 100 } } },
    });
    const joined = await join(gateway, 'ann');
    const ticket = joined.ticket as string;
    await until(async () => (await poll(gateway, ticket)).state === 'called');
    await until(async () => (await poll(gateway, ticket)).state === 'lapsed');
    const document = await poll(gateway, ticket);
    expect(document).toMatchObject({ state: 'lapsed', position: null, etaSeconds: null, expiresAt: null });
    let newest = ticket;
    await until(async () => {
      const answer = await claim(gateway.port, 'ann', { headers: { 'spillway-ticket': newest } });
      newest = (answer.headers['spillway-ticket'] as string | undefined) ?? newest;
      return answer.status === 201;
    });
  });

  it('ended, to everybody in line, as soon as the campaign is', async () => {
    const upstream = await bench.recording();
    const gateway = await bench.open(upstream.url, {
      campaign: { admission: { ratePerSecond: 0.01, burst: 1 }, schedule: { closesAt: inMs(700) } },
    });
    const tickets = await Promise.all(['ann', 'ben', 'cid'].map((user) => join(gateway, user)));
    await until(async () => (await poll(gateway, tickets[0]!.ticket as string)).state === 'ended');
    for (const { ticket } of tickets) expect(await poll(gateway, ticket as string)).toMatchObject({ state: 'ended' });
    expect((await claim(gateway.port, 'ann')).headers['spillway-code']).toBe('ENDED');
    expect(upstream.requests).toEqual([]);
  });
});

describe('a pre-queue', () => {
  it('gives numbers in order of arrival, lets nobody in before the opening, and then all', async () => {
    const upstream = await bench.recording();
    const opensAt = inMs(900);
    const gateway = await bench.open(upstream.url, {
      campaign: {
        schedule: { prequeueAt: inMs(-1000), opensAt },
        admission: { ratePerSecond: 20, burst: 1 },
        queue: { holdMs: 1000, poll: { nearMs: 50, maxMs: 200 } },
      },
    });
    const users = ['ann', 'ben', 'cid', 'dan', 'eve', 'fay'];
    for (const [at, user] of users.entries()) {
      expect((await claim(gateway.port, user)).json()).toMatchObject({
        code: 'QUEUED',
        number: at + 1,
        position: at + 1,
      });
    }
    await Promise.all(users.map((user) => until(async () => (await claim(gateway.port, user)).status === 201)));
    expect(upstream.requests.length).toBe(users.length);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(opensAt));
  });
});
