import { afterEach, describe, expect, it } from '@jest/globals';
import { claim } from '../gateway/client.js';
import { GatewayBench, type GatewaySettings, type RunningGateway } from '../support/gateway.js';
import { sharedRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { call, LNY, operated } from './operator.js';

const redis = sharedRedis();
const bench = new GatewayBench();
afterEach(() => bench.stopAll());

let serial = 0;

describe.each([
  ['memory', () => ({})],
  ['Redis', () => ({ redisUrl: redis().url, store: { keyPrefix: `claims${serial++}`, deadlineMs: 1500 } })],
])('Claims of unknown outcome on %s', (_store, settings) => {
  async function open() {
    const service = await bench.recording();
    const campaign = { claims: { mode: 'per-claimant' }, budget: { claims: 3 } };
    const options = operated({ ...(settings() as GatewaySettings), campaign, upstream: { idempotent: true } });
    return { service, gateway: await bench.open(service.url, options) };
  }

  const figures = async (gateway: RunningGateway) => (await call(gateway, 'get', `${LNY}/claims`).expect(200)).body;
  const listed = async (gateway: RunningGateway) => {
    const { text, headers } = await call(gateway, 'get', `${LNY}/claims/unknown`, 'look-only').expect(200);
    expect(headers['content-type']).toContain('application/x-ndjson');
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as { id: string; idempotencyKey: string; since: string });
  };

  it('are listed with the key the service knows, and settled by an operator, whose word is in the audit log', async () => {
    const { service, gateway } = await open();
    await until(async () => (await claim(gateway.port, 'first')).status === 201);
    service.respond = (_request, response) => response.destroy();
    for (const user of ['ann', 'bob']) await claim(gateway.port, user);
    await until(async () => (await listed(gateway)).length === 2);
    const [ann, bob] = await listed(gateway);
    expect(ann!.idempotencyKey).toBe(service.requests.at(-2)?.headers['idempotency-key']);
    expect(JSON.stringify([ann, bob])).not.toContain('"ann"');
    expect(await figures(gateway)).toMatchObject({ campaign: 'lny', granted: 1, unknown: 2, inFlight: 0, lost: 0 });

    const resolve = (id: string, body: object, token?: string) =>
      call(gateway, 'post', `${LNY}/claims/${id}/resolve`, token).send({ reason: 'the bank says so', ...body });
    await resolve(ann!.id, { outcome: 'granted' }, 'look-only').expect(403);
    await resolve(ann!.id, { outcome: 'paid' }).expect(422);
    expect((await resolve('nobody', { outcome: 'granted' }).expect(404)).body.code).toBe('CLAIM_UNKNOWN');
    await resolve(ann!.id, { outcome: 'granted' }).expect(200);
    await resolve(bob!.id, { outcome: 'not-granted' }).expect(200);
    expect((await resolve(ann!.id, { outcome: 'granted' }).expect(409)).body.code).toBe('CLAIM_SETTLED');
    expect((await resolve('lost', { outcome: 'granted' }).expect(404)).body.code).toBe('CLAIM_UNKNOWN');
    expect(await figures(gateway)).toMatchObject({ granted: 2, unknown: 0, inFlight: 0 });

    // Ann is told that she was granted, and asks the service no more; Bob may claim again.
    service.respond = (_request, response) => response.writeHead(201).end('coupon');
    const before = service.requests.length;
    await until(async () => (await claim(gateway.port, 'ann')).headers['idempotency-replayed'] === 'true');
    expect(service.requests.length).toBe(before);
    await until(async () => (await claim(gateway.port, 'bob')).body.toString() === 'coupon');
    expect(await figures(gateway)).toMatchObject({ granted: 3 });
    const { records, chains } = (await call(gateway, 'get', '/admin/v1/audit')).body;
    expect(records.reverse()).toMatchObject([
      { action: 'resolve', who: 'ops', reason: 'the bank says so', after: { claim: ann!.id, outcome: 'granted' } },
      { action: 'resolve', who: 'ops', after: { claim: bob!.id, outcome: 'not-granted' } },
    ]);
    expect(chains.lny).toMatchObject({ kind: 'intact', records: 2 });
  });
});
