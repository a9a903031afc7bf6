import { afterEach, describe, expect, it } from '@jest/globals';
import { claim, send } from '../gateway/client.js';
import { GatewayBench, type GatewaySettings, type RunningGateway } from '../support/gateway.js';
import { sharedRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { call, change, LNY, operated } from './operator.js';

const redis = sharedRedis();
const bench = new GatewayBench();
afterEach(() => bench.stopAll());

const join = (gateway: RunningGateway, user: string) =>
  send(gateway.port, { method: 'POST', path: '/queue/lny/tickets', headers: { 'x-user-id': user } });
const reset = (gateway: RunningGateway, body: object = {}) =>
  call(gateway, 'post', `${LNY}/reset`).send({ reason: 'a key leaked', confirm: 'lny', ...body });

let serial = 0;

describe.each([
  ['memory', () => ({})],
  ['Redis', () => ({ redisUrl: redis().url, store: { keyPrefix: `reset${serial++}` } })],
])('A reset on %s', (_store, settings) => {
  async function open(campaign: Record<string, unknown>): Promise<RunningGateway> {
    const { url } = await bench.recording();
    return bench.open(url, operated({ ...(settings() as GatewaySettings), campaign }));
  }

  it('empties the line: tickets of before are TICKET_OUTDATED, and their owners join anew', async () => {
    const gateway = await open({ admission: { ratePerSecond: 0.01, burst: 1 } });
    const ann = (await join(gateway, 'ann')).json();
    await join(gateway, 'ben');
    const { body } = await reset(gateway).expect(200);
    expect(body).toMatchObject({ outcome: 'done', revision: 1 });
    await until(async () => (await call(gateway, 'get', LNY)).body.line.epoch === 2);
    expect((await call(gateway, 'get', LNY)).body.line.waiting).toBe(0);
    const headers = { 'spillway-ticket': String(ann.ticket) };
    const outdated = await claim(gateway.port, 'ann', { headers });
    expect([outdated.status, outdated.headers['spillway-code']]).toEqual([410, 'TICKET_OUTDATED']);
    expect((await send(gateway.port, { path: `/queue/lny/tickets/${ann.ticket}` })).status).toBe(410);
    const again = await join(gateway, 'ann');
    expect([again.status, again.json().position]).toEqual([201, 1]);
    expect((await send(gateway.port, { path: `/queue/lny/tickets/${again.json().ticket}` })).json().state).toBe(
      'waiting',
    );
  });

  it('touches neither ledger nor budget: who was paid gets the first answer again', async () => {
    const gateway = await open({ claims: { mode: 'per-claimant' }, budget: { claims: 10 } });
    let first = await claim(gateway.port, 'ann');
    await until(async () => {
      first = await claim(gateway.port, 'ann');
      return first.status === 201;
    });
    await reset(gateway).expect(200);
    await until(async () => (await call(gateway, 'get', LNY)).body.line.epoch === 2);
    const again = await claim(gateway.port, 'ann');
    expect([again.status, String(again.body)]).toEqual([201, String(first.body)]);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect((await call(gateway, 'get', LNY)).body.claims).toMatchObject({ granted: 1, remaining: 9 });
  });

  it('of all lets everybody be paid once more, with another key for the service, and is in the audit log', async () => {
    const service = await bench.recording();
    const campaign = { claims: { mode: 'per-claimant' }, budget: { claims: 2 } };
    const options = operated({ ...(settings() as GatewaySettings), campaign, upstream: { idempotent: true } });
    const gateway = await bench.open(service.url, options);
    const other = 'redisUrl' in options ? await bench.open(service.url, options) : gateway;
    await until(async () => (await claim(gateway.port, 'ann')).status === 201);
    const again = async (at: RunningGateway) => (await claim(at.port, 'ann')).headers['idempotency-replayed'];
    expect(await again(gateway)).toBe('true');
    await until(async () => (await claim(other.port, 'bob')).status === 201);
    await until(async () => (await claim(other.port, 'cat')).status === 410);
    await until(async () => (await call(gateway, 'get', LNY)).body.claims.granted === 2);
    await reset(gateway, { scope: 'all', confirm: 'lny all' }).expect(200);
    for (const at of [gateway, other]) {
      await until(async () => (await call(at, 'get', LNY)).body.claims.granted === 0);
      expect((await call(at, 'get', LNY)).body.claims).toMatchObject({ granted: 0, remaining: 2 });
    }
    let second = await claim(other.port, 'ann');
    await until(async () => {
      if (second.status !== 201) second = await claim(other.port, 'ann');
      return second.status === 201;
    });
    expect(second.headers['idempotency-replayed']).toBeUndefined();
    expect(await again(gateway)).toBe('true');
    const keys = service.requests
      .filter(({ headers }) => headers['x-user-id'] === 'ann')
      .map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(2);
    expect((await call(gateway, 'get', LNY)).body.claims).toMatchObject({ granted: 1, remaining: 1 });
    const { body } = await call(gateway, 'get', '/admin/v1/audit?campaign=lny');
    expect(body.records.at(-1)).toMatchObject({ action: 'reset', before: { granted: 2, era: 0 }, after: { era: 1 } });
  });

  it('of all waits until no claim is open', async () => {
    let answer = (): void => {};
    const service = await bench.recording((_request, response) => {
      answer = () => response.writeHead(201).end();
    });
    const campaign = { claims: { mode: 'per-claimant' } };
    const gateway = await bench.open(service.url, operated({ ...(settings() as GatewaySettings), campaign }));
    const ann = claim(gateway.port, 'ann');
    await service.arrived(1);
    const { body } = await reset(gateway, { scope: 'all', confirm: 'lny all' }).expect(422);
    expect(body.faults).toMatchObject([{ path: 'scope', cure: expect.stringContaining('--unknown') }]);
    expect((await call(gateway, 'get', LNY)).body).toMatchObject({ revision: 0, line: { epoch: 1 } });
    answer();
    expect((await ann).status).toBe(201);
    await reset(gateway, { scope: 'all', confirm: 'lny all' }).expect(200);
  });

  it('keeps the settings', async () => {
    const gateway = await open({});
    await change(gateway, { ratePerSecond: 77 });
    await reset(gateway).expect(200);
    expect((await call(gateway, 'get', LNY)).body).toMatchObject({ revision: 2, overrides: { ratePerSecond: 77 } });
  });

  it('wants the campaign named and a reason; and that everything begins anew, said in as many words', async () => {
    const gateway = await open({});
    for (const wrong of [{ confirm: 'lnx' }, { confirm: undefined }, { reason: '' }, { scope: 'x' }]) {
      const { body } = await reset(gateway, wrong).expect(422);
      expect(body.faults).toMatchObject([{ path: Object.keys(wrong)[0], cure: expect.any(String) }]);
    }
    const { body } = await reset(gateway, { scope: 'all' }).expect(422);
    expect(body.faults).toMatchObject([{ path: 'confirm', cure: expect.stringContaining('"lny all"') }]);
    expect((await call(gateway, 'get', LNY)).body).toMatchObject({ revision: 0, line: { epoch: 1 } });
  });
});
