import { afterEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { GatewayBench, type RunningGateway } from '../support/gateway.js';
import { claim, send } from './client.js';
import { expectProblem } from './problems.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

const SHUT = { ratePerSecond: 0.01, burst: 1 };
const TICKETS = '/queue/lny/tickets';
const invalid = { status: 400, code: 'TICKET_INVALID', again: false };

async function shut(campaign: Record<string, unknown> = {}): Promise<RunningGateway> {
  const upstream = await bench.recording();
  return bench.open(upstream.url, { campaign: { admission: SHUT, ...campaign } });
}

async function ticketFor({ url }: RunningGateway, user: string): Promise<string> {
  const { body } = await request(url).post(TICKETS).set('x-user-id', user);
  return body.ticket as string;
}

describe('joining the line', () => {
  it('answers 201 with the ticket document, then 200 with the same place', async () => {
    const { url } = await shut();
    const first = await request(url).post(TICKETS).set('x-user-id', 'ann').expect(201);
    expect(first.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(Object.keys(first.body).sort()).toEqual([
      'campaign',
      'chance',
      'etaSeconds',
      'expiresAt',
      'number',
      'pollAfterMs',
      'position',
      'state',
      'ticket',
    ]);
    expect(first.body).toMatchObject({ campaign: 'lny', state: 'waiting', number: 1, position: 1, chance: null });
    const again = await request(url).post(TICKETS).set('x-user-id', 'ann').expect(200);
    expect(again.body).toMatchObject({ number: 1, position: 1 });
    await request(url).post(TICKETS).set('x-user-id', 'ben').expect(201);
  });

  it('and claiming give one claimant one place, whichever comes first', async () => {
    const gateway = await shut();
    const joined = await request(gateway.url).post(TICKETS).set('x-user-id', 'ann');
    expect((await claim(gateway.port, 'ann')).json()).toMatchObject({ number: joined.body.number });
    expect((await claim(gateway.port, 'ben')).json()).toMatchObject({ number: 2 });
    const after = await request(gateway.url).post(TICKETS).set('x-user-id', 'ben').expect(200);
    expect(after.body.number).toBe(2);
  });

  it('needs a claimant, and a campaign that is not over', async () => {
    const { port } = await shut();
    const unknown = await send(port, { method: 'POST', path: TICKETS });
    expectProblem(unknown, { status: 401, code: 'CLAIMANT_UNKNOWN', again: false });
    const over = await shut({ schedule: { closesAt: '2026-01-01T00:00:00Z' } });
    const ended = await send(over.port, { method: 'POST', path: TICKETS, headers: { 'x-user-id': 'ann' } });
    expectProblem(ended, { status: 410, code: 'ENDED', again: false });
  });
});

describe('polling', () => {
  it('goes by ticket in the path, header, cookie or claimant, and finds the same place', async () => {
    const gateway = await shut();
    await ticketFor(gateway, 'zoe');
    const ticket = await ticketFor(gateway, 'ann');
    const ways = [
      request(gateway.url).get(`${TICKETS}/${ticket}`),
      request(gateway.url).get(`${TICKETS}/me`).set('Spillway-Ticket', ticket),
      request(gateway.url).get(`${TICKETS}/me`).set('Cookie', `a=b; spillway-lny=${ticket}`),
      request(gateway.url).get(`${TICKETS}/me`).set('x-user-id', 'ann'),
    ];
    for (const way of ways) {
      const { status, body, headers } = await way;
      expect([status, body.number, body.position, body.state]).toEqual([200, 2, 2, 'waiting']);
      expect(headers['cache-control']).toBe('no-store');
    }
  });

  it('finds nobody who has no place, and makes none', async () => {
    const gateway = await shut();
    const nobody = await send(gateway.port, { path: `${TICKETS}/me`, headers: { 'x-user-id': 'ann' } });
    expectProblem(nobody, { status: 404, code: 'TICKET_UNKNOWN', again: false });
    const { body } = await request(gateway.url).get('/queue/lny/status.json');
    expect(body.tail).toBe(0);
  });

  it('makes no store call when it carries a ticket', async () => {
    const gateway = await shut();
    const ticket = await ticketFor(gateway, 'ann');
    const { link } = gateway.gateway.campaigns.get('lny')!.context;
    let asked = 0;
    const ask = link.ask.bind(link);
    link.ask = (...given) => {
      asked++;
      ask(...given);
    };
    for (let time = 0; time < 20; time++) await request(gateway.url).get(`${TICKETS}/${ticket}`).expect(200);
    await claim(gateway.port, 'ann', { headers: { 'spillway-ticket': ticket } });
    expect(asked).toBe(0);
    await request(gateway.url).get(`${TICKETS}/me`).set('x-user-id', 'ann').expect(200);
    expect(asked).toBe(1);
  });
});

describe('tickets that are not good', () => {
  it.each([
    ['truncated', (good: string) => good.slice(0, -1)],
    [
      'with an altered character',
      (good: string) => `${good.slice(0, 20)}${good[20] === 'A' ? 'B' : 'A'}${good.slice(21)}`,
    ],
    ['padded', (good: string) => `${good}=`],
    ['twice', (good: string) => `${good}, ${good}`],
    ['empty', () => ' '],
    ['of 10 kB', () => 'A'.repeat(10_000)],
    ['made up', () => 'bm90IGEgdGlja2V0'],
  ])('%s: TICKET_INVALID, at the claim and at the poll, and the place stays', async (_name, forge) => {
    const gateway = await shut();
    const ticket = await ticketFor(gateway, 'ann');
    const headers = { 'x-user-id': 'ann', 'spillway-ticket': forge(ticket) };
    for (const answer of [
      await claim(gateway.port, 'ann', { headers }),
      await send(gateway.port, { path: `${TICKETS}/me`, headers }),
      await send(gateway.port, { method: 'DELETE', path: `${TICKETS}/me`, headers }),
    ]) {
      expectProblem(answer, invalid);
    }
    expect((await claim(gateway.port, 'ann')).json()).toMatchObject({ code: 'QUEUED', number: 1 });
  });

  it('of another claimant: TICKET_INVALID at the claim; of another campaign: everywhere', async () => {
    const gateway = await shut();
    const bens = await ticketFor(gateway, 'ben');
    expectProblem(await claim(gateway.port, 'ann', { headers: { 'spillway-ticket': bens } }), invalid);
    const other = await shut({ id: 'other' });
    expectProblem(await send(other.port, { path: `/queue/other/tickets/${bens}` }), invalid);
  });

  it('of an older epoch: TICKET_OUTDATED', async () => {
    const gateway = await shut();
    const { tickets } = gateway.gateway.campaigns.get('lny')!.context;
    const old = tickets.issue(0, { line: 0, number: 1, returns: 0 }, 0, 'ann', Date.now());
    const outdated = { status: 410, code: 'TICKET_OUTDATED', again: false };
    expectProblem(await claim(gateway.port, 'ann', { headers: { 'spillway-ticket': old } }), outdated);
    expectProblem(await send(gateway.port, { path: `${TICKETS}/${old}` }), outdated);
  });

  it('in a cookie are as good as none: a browser sends what another person left there', async () => {
    const gateway = await shut();
    const bens = await ticketFor(gateway, 'ben');
    const answer = await claim(gateway.port, 'ann', { headers: { cookie: `spillway-lny=${bens}` } });
    expect(answer.json()).toMatchObject({ code: 'QUEUED', number: 2 });
  });
});

describe('giving a place up', () => {
  it('answers 204, tells a later poll `left`, and lets the next claim begin at the end', async () => {
    const gateway = await shut();
    const ticket = await ticketFor(gateway, 'ann');
    await ticketFor(gateway, 'ben');
    const gone = await send(gateway.port, {
      method: 'DELETE',
      path: `${TICKETS}/${ticket}`,
      headers: { 'x-user-id': 'ann' },
    });
    expect([gone.status, gone.body.length, gone.headers['cache-control']]).toEqual([204, 0, 'no-store']);
    await request(gateway.url)
      .get(`${TICKETS}/${ticket}`)
      .expect(200)
      .expect(({ body }) => {
        expect(body).toMatchObject({ state: 'left', position: null, etaSeconds: null });
      });
    expect((await claim(gateway.port, 'ann')).json()).toMatchObject({ code: 'QUEUED', number: 3 });
  });

  it('goes by claimant alone with `me`, and says so when there is none', async () => {
    const gateway = await shut();
    await ticketFor(gateway, 'ann');
    await request(gateway.url).delete(`${TICKETS}/me`).set('x-user-id', 'ann').expect(204);
    const again = await send(gateway.port, {
      method: 'DELETE',
      path: `${TICKETS}/me`,
      headers: { 'x-user-id': 'ann' },
    });
    expectProblem(again, { status: 404, code: 'TICKET_UNKNOWN', again: false });
  });

  it('is for its owner only: the ticket alone reads, and the place stays', async () => {
    const gateway = await shut();
    const ticket = await ticketFor(gateway, 'ann');
    const path = `${TICKETS}/${ticket}`;
    expectProblem(await send(gateway.port, { method: 'DELETE', path, headers: { 'x-user-id': 'ben' } }), invalid);
    const nobody = { status: 401, code: 'CLAIMANT_UNKNOWN', again: false };
    expectProblem(await send(gateway.port, { method: 'DELETE', path }), nobody);
    await request(gateway.url)
      .get(path)
      .expect(200)
      .expect(({ body }) => expect(body.state).toBe('waiting'));
  });

  it('with a ticket that is left, a claim is a new one, wherever the head stands', async () => {
    const gateway = await shut();
    const ticket = await ticketFor(gateway, 'ann');
    await request(gateway.url)
      .delete(`${TICKETS}/me`)
      .set('x-user-id', 'ann')
      .set('Spillway-Ticket', ticket)
      .expect(204);
    const answer = await claim(gateway.port, 'ann', { headers: { 'spillway-ticket': ticket } });
    expect(answer.json()).toMatchObject({ code: 'QUEUED', number: 2, position: expect.any(Number) });
  });
});

describe('methods and unknown campaigns', () => {
  it.each([
    ['GET', TICKETS, 'POST'],
    ['DELETE', TICKETS, 'POST'],
    ['POST', `${TICKETS}/me`, 'GET, HEAD, DELETE'],
    ['POST', '/queue/lny/status.json', 'GET, HEAD'],
    ['DELETE', '/queue/lny', 'GET, HEAD'],
  ])('%s %s: METHOD_NOT_ALLOWED, Allow: %s', async (method, path, allow) => {
    const { port } = await shut();
    const answer = await send(port, { method, path });
    expectProblem(answer, { status: 405, code: 'METHOD_NOT_ALLOWED', again: false });
    expect(answer.headers.allow).toBe(allow);
  });

  it.each([
    '/queue',
    '/queue/',
    '/queue/none',
    '/queue/none/tickets/me',
    '/queue/lny/',
    '/queue/lny/tickets/me/',
    '/queue/lny/x',
  ])('%s: NO_ROUTE', async (path) => {
    const { port } = await shut();
    expectProblem(await send(port, { path }), { status: 404, code: 'NO_ROUTE', again: false });
  });
});
