import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type AuditRecord, recordHash, verifyAudit } from '../../src/admin/audit-chain.js';
import { runAudit } from '../../src/cli/audit.js';
import { GatewayBench, gatewayYaml, type RunningGateway } from '../support/gateway.js';
import { sharedRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { call, change, LNY, operated } from './operator.js';

const redis = sharedRedis();
const bench = new GatewayBench();
afterEach(() => bench.stopAll());

async function open(store: Record<string, unknown> | null = null): Promise<RunningGateway> {
  const { url } = await bench.recording();
  return bench.open(url, operated(store === null ? {} : { store, redisUrl: redis().url }));
}

/** `spillway audit lny --verify`: exit status, output and complaints. */
async function verify(): Promise<[number, string, string]> {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-verify-'));
  const file = join(folder, 'spillway.yaml');
  writeFileSync(file, gatewayYaml('http://127.0.0.1:9', { redisUrl: redis().url, store: { keyPrefix: 'audit1' } }));
  const [out, err]: [string[], string[]] = [[], []];
  const streams = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text), env: {} };
  const status = await runAudit('lny', { config: file, verify: true }, streams);
  rmSync(folder, { recursive: true });
  return [status, out.join(''), err.join('')];
}

async function trail(gateway: RunningGateway): Promise<{ records: AuditRecord[]; chains: Record<string, unknown> }> {
  return (await call(gateway, 'get', '/admin/v1/audit', 'look-only').expect(200)).body;
}

describe('The audit log', () => {
  it('says who did what, when, from what to what and why, newest first', async () => {
    const gateway = await open();
    await change(gateway, { ratePerSecond: 250, state: 'paused', reason: ' upstream failing ' });
    await change(gateway, { state: null, burst: 9, reason: 'it is back' });
    await call(gateway, 'delete', `${LNY}/overrides`);
    await call(gateway, 'post', `${LNY}/reset`).send({ reason: 'key leaked', confirm: 'lny' });
    const { records, chains } = await trail(gateway);
    expect(records.map(({ action, reason, before, after }) => [action, reason, before, after])).toEqual([
      ['reset', 'key leaked', expect.objectContaining({ epoch: 1 }), expect.objectContaining({ epoch: 2 })],
      ['clear', 'overrides cleared', { ratePerSecond: 250, burst: 9 }, {}],
      ['change', 'it is back', { state: 'paused' }, { burst: 9 }],
      ['change', 'upstream failing', {}, { ratePerSecond: 250, state: 'paused' }],
    ]);
    for (const record of records) expect(record).toMatchObject({ who: 'ops', subject: 'lny' });
    expect(Math.abs(Date.parse(records[0]!.at) - Date.now())).toBeLessThan(60_000);
    expect(chains).toMatchObject({ lny: { kind: 'intact', records: 4 }, gateways: { kind: 'intact', records: 0 } });
  });

  it('holds nothing of what was refused, and shows as many as are asked for', async () => {
    const gateway = await open();
    await change(gateway, { ratePerSecond: 0 }).expect(422);
    await change(gateway, { ratePerSecond: 1 }).set('If-Match', '"5"').expect(412);
    for (const burst of [1, 2, 3]) await change(gateway, { burst });
    expect((await trail(gateway)).records).toHaveLength(3);
    const two = (await call(gateway, 'get', '/admin/v1/audit?limit=2')).body;
    expect([two.records.length, two.chains.lny.kind]).toEqual([2, 'intact']);
    await call(gateway, 'get', '/admin/v1/audit?limit=0').expect(422);
  });

  it('is a chain in the store, in which an altered record shows', async () => {
    const gateway = await open({ keyPrefix: 'audit1', deadlineMs: 500 });
    for (const burst of [1, 2, 3]) await change(gateway, { burst });
    const client = new Redis(redis().url);
    const key = 'audit1:{incentives}:lny:audit';
    const texts = await client.lrange(key, 0, -1);
    const head = await client.hget('audit1:{incentives}:lny:line', 'auditHead');
    expect(verifyAudit(texts, head)).toMatchObject({ kind: 'intact', from: 1, to: 3 });
    expect(head).toBe(recordHash(texts[2]!));
    await client.lset(key, 1, texts[1]!.replace('"ops"', '"eve"'));
    expect((await trail(gateway)).chains.lny).toMatchObject({ kind: 'broken', at: 3 });
    expect(await verify()).toEqual([
      1,
      'gateways: intact, 0 records\n',
      expect.stringMatching(/^lny: broken at record 3/),
    ]);
    await client.lset(key, 1, texts[1]!);
    client.disconnect();
    expect(await verify()).toEqual([0, 'lny: intact, 3 records\ngateways: intact, 0 records\n', '']);
  });

  it('takes a drain, after which the gateway stops without a failed request', async () => {
    const gateway = await open();
    await call(gateway, 'post', '/admin/v1/drain').send({}).expect(422);
    const { body } = await call(gateway, 'post', '/admin/v1/drain').send({ reason: 'maintenance' }).expect(202);
    expect(body.draining).toBe(true);
    expect(await gateway.gateway.done).toBe(0);
    await until(() =>
      fetch(gateway.url).then(
        () => false,
        () => true,
      ),
    );
  });
});

describe('The configuration in the admin API', () => {
  it('is the effective one, without its secrets', async () => {
    const gateway = await open();
    const { body } = await call(gateway, 'get', '/admin/v1/config', 'look-only').expect(200);
    expect(body.config.campaigns[0].id).toBe('lny');
    expect(JSON.stringify(body)).not.toContain('only the tests');
    expect(body.config.admin.tokens.map(({ sha256 }: { sha256: string }) => sha256)).toEqual(['***', '***']);
  });
});
