import { afterEach, describe, expect, it } from '@jest/globals';
import { call, change, LNY, operated } from '../admin/operator.js';
import { GatewayBench, type RunningGateway, sumOf } from '../support/gateway.js';
import type { Respond } from '../support/recording-upstream.js';
import { sharedRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { claim, send } from './client.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());
const redis = sharedRedis();
let serial = 0;

const CAMPAIGN = {
  session: { ttlMs: 60_000, maxActive: 1 },
  queue: { holdMs: 50, graceMs: 30_000, poll: { nearMs: 50, maxMs: 200 } },
};
/** A service of several steps, that ends a session when it is asked to. */
const steps: Respond = (request, response) => {
  const end = request.headers['x-step'] === 'last' ? { 'Spillway-Session': 'end' } : {};
  const status = request.headers['x-step'] === 'broken' ? 503 : 201;
  response.writeHead(status, { ...end, 'content-type': 'application/json' }).end('{}');
};

const withTicket = (ticket: string, step = 'next') => ({ headers: { 'spillway-ticket': ticket, 'x-step': step } });

/** Goes in, as soon as there is a token; with the ticket for what comes then. */
async function entered(port: number, who: string): Promise<string> {
  let answer = await claim(port, who);
  await until(async () => {
    if (answer.status !== 201) answer = await claim(port, who);
    return answer.status === 201;
  });
  return answer.headers['spillway-ticket'] as string;
}

describe.each(['memory', 'redis'] as const)('sessions on %s', (kind) => {
  async function opened(gateways = 1) {
    const upstream = await bench.recording(steps);
    const store = kind === 'redis' ? { keyPrefix: `sessions${process.pid}-${serial++}`, deadlineMs: 1000 } : {};
    const settings = operated({ campaign: CAMPAIGN, store, ...(kind === 'redis' ? { redisUrl: redis().url } : {}) });
    const all: RunningGateway[] = [];
    for (let at = 0; at < gateways; at++) all.push(await bench.open(upstream.url, settings));
    return { upstream, gateway: all[0]!, port: all[0]!.port, other: all.at(-1)!.port };
  }

  it('let whoever went in make further requests, and nobody else in meanwhile', async () => {
    const { port } = await opened();
    const ticket = await entered(port, 'ann');
    for (let step = 0; step < 5; step++) expect((await claim(port, 'ann', withTicket(ticket))).status).toBe(201);
    expect((await claim(port, 'ben')).json()).toMatchObject({ code: 'QUEUED' });
    expect((await claim(port, 'ben', withTicket(ticket))).json()).toMatchObject({ code: 'TICKET_INVALID' });
    const told = (await send(port, { path: `/queue/lny/tickets/${ticket}` })).json();
    expect(told).toMatchObject({ state: 'claimed', number: null });
    expect(Date.parse(told.expiresAt as string) - Date.now()).toBeGreaterThan(50_000);
  });

  it("end by the service's word, which no client sees; the next goes in, and the ticket is worth nothing anywhere", async () => {
    const { port, other } = await opened(kind === 'redis' ? 2 : 1);
    const ticket = await entered(port, 'ann');
    expect((await claim(port, 'ben')).status).toBe(429);
    const last = await claim(port, 'ann', withTicket(ticket, 'last'));
    expect(last.status).toBe(201);
    expect(last.headers['spillway-session']).toBeUndefined();
    await until(async () => (await claim(port, 'ben')).status === 201);
    expect((await claim(port, 'ann', withTicket(ticket))).json()).toMatchObject({ code: 'QUEUED' });
    await until(async () => (await claim(other, 'ann', withTicket(ticket))).status === 429);
  });

  it('end when their owner gives them up', async () => {
    const { port } = await opened();
    const ticket = await entered(port, 'ann');
    const headers = { 'x-user-id': 'ann', 'spillway-ticket': ticket };
    expect((await send(port, { method: 'DELETE', path: '/queue/lny/tickets/me', headers })).status).toBe(204);
    await until(async () => (await claim(port, 'ben')).status === 201);
  });

  it("end by an operator's word, all of them or one, on every gateway", async () => {
    const { port, other, gateway } = await opened(kind === 'redis' ? 2 : 1);
    const active = async () => (await call(gateway, 'get', LNY)).body.sessions.active;
    const one = (field: string, value: string) =>
      call(gateway, 'delete', `${LNY}/session`).set(field, value).send({ reason: 'a bot' });
    const ann = await entered(port, 'ann');
    await until(async () => (await active()) === 1);
    const all = await call(gateway, 'post', `${LNY}/end-sessions`).send({ reason: 'the prize list was wrong' });
    expect(all.body).toMatchObject({ outcome: 'done', effect: ['All sessions (1) are over.'] });
    const audit = (await call(gateway, 'get', '/admin/v1/audit')).body.records;
    expect(audit).toContainEqual(expect.objectContaining({ action: 'end-sessions', before: { active: 1 } }));

    const ben = await entered(other, 'ben');
    await until(async () => (await claim(other, 'ann', withTicket(ann))).status === 429);
    expect((await one('Spillway-Ticket', ben)).status).toBe(200);
    const cid = await entered(other, 'cid');
    await until(async () => (await claim(other, 'ben', withTicket(ben))).status === 429);
    expect((await claim(port, 'cid', withTicket(cid))).status).toBe(201);
    expect((await one('Spillway-Claimant', 'cid')).status).toBe(200);
    await until(async () => (await claim(other, 'ann')).status === 201);
    expect((await one('Spillway-Ticket', 'forged')).body.code).toBe('PLACE_UNKNOWN');
    expect((await call(gateway, 'delete', `${LNY}/session`).send({ reason: 'whose?' })).status).toBe(422);
  });

  it('go on while the campaign is paused, when nobody goes in; and their number is a metric', async () => {
    const { port, gateway } = await opened();
    const ticket = await entered(port, 'ann');
    await change(gateway, { state: 'paused' }).expect(200);
    expect((await claim(port, 'ann', withTicket(ticket))).status).toBe(201);
    await until(async () => {
      const samples = await gateway.metrics();
      return sumOf(samples, 'spillway_sessions_active') === 1 && sumOf(samples, 'spillway_sessions_limit') === 1;
    });
  });

  it('do not begin with an answer that is none, or that says that it was all', async () => {
    const { port } = await opened();
    const broken = await claim(port, 'ann', { headers: { 'x-step': 'broken' } });
    expect(broken.status).toBe(503);
    expect(broken.headers['spillway-ticket']).toBeUndefined();
    const only = await claim(port, 'ben', { headers: { 'x-step': 'last' } });
    expect(only.status).toBe(201);
    expect(only.headers['spillway-ticket']).toBeUndefined();
    expect(only.headers['spillway-session']).toBeUndefined();
    expect((await claim(port, 'cid')).status).toBe(201);
  });
});
