import { afterEach, describe, expect, it } from '@jest/globals';
import { claim, send } from '../gateway/client.js';
import { GatewayBench, type GatewaySettings, type RunningGateway } from '../support/gateway.js';
import { sharedRedis } from '../support/redis-server.js';
import { call, change, LNY, operated, until } from './operator.js';

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

  it('keeps the settings', async () => {
    const gateway = await open({});
    await change(gateway, { ratePerSecond: 77 });
    await reset(gateway).expect(200);
    expect((await call(gateway, 'get', LNY)).body).toMatchObject({ revision: 2, overrides: { ratePerSecond: 77 } });
  });

  it('wants the campaign named, a reason, and no more than the line', async () => {
    const gateway = await open({});
    for (const wrong of [
      { confirm: 'lnx' },
      { confirm: undefined },
      { reason: '' },
      { scope: 'all' },
      { scope: 'x' },
    ]) {
      const { body } = await reset(gateway, wrong).expect(422);
      expect(body.faults).toMatchObject([{ path: Object.keys(wrong)[0], cure: expect.any(String) }]);
    }
    expect((await call(gateway, 'get', LNY)).body).toMatchObject({ revision: 0, line: { epoch: 1 } });
  });
});
