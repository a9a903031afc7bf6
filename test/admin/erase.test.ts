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
const REASON = 'help desk 4711';
const PATH = '/campaigns/lny/claims';

describe.each([
  ['memory', 1, () => ({})],
  ['Redis', 2, () => ({ redisUrl: redis().url, store: { keyPrefix: `erase${serial++}`, deadlineMs: 1500 } })],
])('An answer that is to be erased, on %s', (_store, count, settings) => {
  async function open(campaign: object = {}) {
    const service = await bench.recording();
    const claims = { mode: 'per-claimant' };
    const ledger = { campaign: { claims, ...campaign }, upstream: { idempotent: true } };
    const all = operated({ ...(settings() as GatewaySettings), ...ledger });
    const gateways: RunningGateway[] = [];
    for (let i = 0; i < count; i++) gateways.push(await bench.open(service.url, all));
    return { service, gateways, first: gateways[0]! };
  }
  const erase = (gateway: RunningGateway, body: object, query = '', token?: string) =>
    call(gateway, 'post', `${LNY}/claims/erase${query}`, token).send({ reason: REASON, path: PATH, ...body });
  const told = async (gateway: RunningGateway, user: string) => (await claim(gateway.port, user)).body.toString();

  it('goes out of the store and out of every gateway’s memory; all others stay, and nobody is paid twice', async () => {
    const { service, gateways, first } = await open();
    for (const user of ['anna-lee', 'bob']) {
      for (const gateway of gateways) {
        await until(async () => (await claim(gateway.port, user)).status === 201);
        expect(await told(gateway, user)).toContain('RED-1');
      }
    }
    expect(service.requests.length).toBe(2);
    const { body } = await erase(first, { claimant: 'anna-lee' }).expect(200);
    expect(body).toMatchObject({ outcome: 'done', campaign: 'lny', claim: expect.stringMatching(/^[\w-]{22}$/) });
    for (const gateway of gateways) {
      await until(async () => !(await told(gateway, 'anna-lee')).includes('RED-1'));
      const again = await claim(gateway.port, 'anna-lee');
      expect(again.headers['idempotency-replayed']).toBe('true');
      expect(again.json()).toMatchObject({ outcome: 'granted' });
      expect(await told(gateway, 'bob')).toContain('RED-1');
    }
    expect(service.requests.length).toBe(2);

    const trail = (await call(first, 'get', '/admin/v1/audit')).body;
    expect(trail.chains.lny).toMatchObject({ kind: 'intact', records: 1 });
    expect(trail.records[0]).toMatchObject({
      ...{ action: 'erase', who: 'ops', reason: REASON, subject: 'lny' },
      ...{ before: { claim: body.claim }, after: { erased: [body.claim] } },
    });
    expect(JSON.stringify(trail)).not.toContain('anna-lee');
  });

  it('is looked at first by a dry run, which erases nothing', async () => {
    const { first } = await open();
    await until(async () => (await claim(first.port, 'ann')).status === 201);
    const { body } = await erase(first, { claimant: 'ann' }, '?dryRun=true').expect(200);
    expect(body).toMatchObject({
      outcome: 'dry-run',
      effect: [expect.stringContaining('gone from the store'), expect.anything()],
    });
    const other = await erase(first, { claimant: 'bob' }, '?dryRun=true').expect(200);
    expect(other.body.effect[0]).toContain('keeps no content');
    expect(await told(first, 'ann')).toContain('RED-1');
    expect((await call(first, 'get', '/admin/v1/audit')).body.records).toEqual([]);
  });
});

describe('POST …/claims/erase', () => {
  const erase = (gateway: RunningGateway, body: object, token?: string) =>
    call(gateway, 'post', `${LNY}/claims/erase`, token).send({
      reason: REASON,
      claimant: 'anna-lee',
      path: PATH,
      ...body,
    });

  it('finds a claim by its Idempotency-Key where the ledger goes by it, and by its route', async () => {
    const service = await bench.recording();
    const campaign = { claims: { mode: 'idempotency-key' } };
    const gateway = await bench.open(service.url, operated({ campaign, upstream: { idempotent: true } }));
    const made = (key: string) => claim(gateway.port, 'anna-lee', { headers: { 'idempotency-key': key } });
    for (const key of ['one', 'two']) await until(async () => (await made(key)).status === 201);
    for (const idempotencyKey of [undefined, 'a,b']) {
      const { body } = await erase(gateway, { idempotencyKey }).expect(422);
      expect(body.faults[0].path).toBe('idempotencyKey');
    }
    await erase(gateway, { idempotencyKey: '"one"', path: `${PATH}?a=1` }).expect(200);
    expect((await made('one')).body.toString()).not.toContain('RED-1');
    expect((await made('two')).body.toString()).toContain('RED-1');
  });

  it('takes an operator, a guarded route, a ledger, and a reason that does not name the claimant', async () => {
    const service = await bench.recording();
    const keeping = await bench.open(service.url, operated({ campaign: { claims: { mode: 'per-claimant' } } }));
    await erase(keeping, {}, 'look-only').expect(403);
    const wrong: Array<[object, string]> = [
      [{ path: '/elsewhere' }, 'path'],
      [{ method: 'GET' }, 'path'],
      [{ claimant: '' }, 'claimant'],
      [{ reason: 'asked for by anna-lee herself' }, 'reason'],
    ];
    for (const [body, path] of wrong) expect((await erase(keeping, body).expect(422)).body.faults[0].path).toBe(path);
    const without = await bench.open(service.url, operated());
    expect((await erase(without, {}).expect(422)).body.faults[0].path).toBe('campaign');
  });
});

describe('?dryRun=true', () => {
  it('is refused where nothing is predicted, instead of doing it; and in another spelling', async () => {
    const { url } = await bench.recording();
    const gateway = await bench.open(url, operated());
    const place = () => call(gateway, 'delete', `${LNY}/place?dryRun=true`).set('Spillway-Claimant', 'ann');
    expect((await place().send({ reason: REASON }).expect(422)).body.faults[0].path).toBe('?dryRun');
    await call(gateway, 'post', '/admin/v1/drain?dryRun=yes').send({ reason: REASON }).expect(422);
    await call(gateway, 'post', '/admin/v1/drain?dryRun=true').send({ reason: REASON }).expect(200);
    expect((await call(gateway, 'get', '/admin/v1/me')).status).toBe(200);
  });
});
