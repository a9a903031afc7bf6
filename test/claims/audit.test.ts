import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { runAudit } from '../../src/cli/audit.js';
import { claim } from '../gateway/client.js';
import { connected } from '../redis/connected.js';
import { GatewayBench, type GatewaySettings, gatewayYaml } from '../support/gateway.js';
import { sharedRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { ledgered, onRedis } from './kit.js';

const bench = new GatewayBench();
const redis = sharedRedis();
const folder = mkdtempSync(join(tmpdir(), 'spillway-audit-'));
const file = join(folder, 'spillway.yaml');
afterEach(() => bench.stopAll());
afterAll(() => rmSync(folder, { recursive: true }));

async function opened(settings: GatewaySettings) {
  const service = await bench.recording();
  writeFileSync(file, gatewayYaml(service.url, settings));
  return { service, gateway: await bench.open(service.url, settings) };
}

type Options = {
  unknown?: true;
  verify?: true;
  resolve?: readonly string[];
  who?: string;
  reason?: string;
  erase?: string;
  path?: string;
};

async function audit(options: Options = {}, campaign = 'lny') {
  const out: string[] = [];
  const err: string[] = [];
  const streams = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text), env: {} };
  const status = await runAudit(campaign, { config: file, ...options }, streams);
  return { status, out: out.join(''), err: err.join('') };
}

/** The campaign's audit log as it lies in the store. */
async function recordsOf(keyPrefix: string): Promise<unknown[]> {
  const connection = await connected(redis().url, 5000);
  const texts = (await connection.send('lrange', [`${keyPrefix}:{incentives}:lny:audit`, 0, -1])) as string[];
  await connection.close();
  return texts.map((text) => JSON.parse(text) as unknown);
}

describe('spillway audit', () => {
  it('erases a stored answer on request; the claim stays paid, and nobody else loses anything', async () => {
    const settings = { ...ledgered(), ...onRedis(redis().url) };
    const { service, gateway } = await opened(settings);
    for (const user of ['ann', 'bob']) await claim(gateway.port, user);
    const erase = (more: object) => audit({ erase: 'ann', path: '/campaigns/lny/claims', ...more });
    expect((await erase({ path: '/elsewhere' })).status).toBe(1);
    expect((await erase({ erase: 'eve' })).status).toBe(1);
    expect(await erase({})).toMatchObject({ err: '', status: 0, out: expect.stringContaining('gone') });
    const later = await bench.open(service.url, settings);
    const [ann, bob] = [await claim(later.port, 'ann'), await claim(later.port, 'bob')];
    expect([ann, bob].map(({ headers }) => headers['idempotency-replayed'])).toEqual(['true', 'true']);
    expect(ann.body.toString()).not.toContain('RED-1');
    expect(bob.body.toString()).toBe('{"coupon":"RED-1"}');
    expect(service.requests.length).toBe(2);
  });

  it('prints the figures of a campaign', async () => {
    const { service, gateway } = await opened({ ...ledgered(), ...onRedis(redis().url) });
    const other = await bench.open(service.url, { ...ledgered(), ...onRedis(redis().url) });
    for (const user of ['ann', 'bob', 'ann']) await claim(gateway.port, user);
    service.respond = (_request, response) => response.destroy();
    await claim(gateway.port, 'cat');
    await claim(other.port, 'dan');
    const { status, out } = await audit();
    expect(status).toBe(0);
    const figures = Object.fromEntries(
      out
        .trim()
        .split('\n')
        .map((line) => line.split(' ')),
    );
    expect(figures).toMatchObject({
      entered: '3',
      granted: '2',
      unknown: '1',
      inFlight: '0',
      lapsed: '0',
      losses: '0',
    });
  });

  it('lists the claims of unknown outcome for the payment team, with the key the service knows', async () => {
    const { service, gateway } = await opened({ ...ledgered(), ...onRedis(redis().url) });
    service.respond = (_request, response) => response.destroy();
    await claim(gateway.port, 'ann');
    const { out } = await audit({ unknown: true });
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ idempotencyKey: service.requests[0]?.headers['idempotency-key'] });
    expect(Date.parse(lines[0]!.since!)).toBeGreaterThan(Date.now() - 60_000);
    expect(out).not.toContain('ann');
  });

  it('takes an operator’s word: granted is replayed, not granted may be claimed again', async () => {
    const settings = ledgered({}, {}, { budget: { claims: 2 } });
    const store = onRedis(redis().url);
    const { service, gateway } = await opened({ ...settings, ...store });
    service.respond = (_request, response) => response.destroy();
    const ids: string[] = [];
    for (const user of ['ann', 'bob']) {
      await claim(gateway.port, user);
      const lines = (await audit({ unknown: true })).out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id as string);
      ids.push(lines.find((id) => !ids.includes(id))!);
    }
    service.respond = (_request, response) => response.writeHead(201).end('coupon');
    expect((await audit({ resolve: [ids[0]!, 'granted'] })).status).toBe(0);
    const word = { who: 'payments', reason: 'the ledger of the bank has no such payment' };
    expect((await audit({ resolve: [ids[1]!, 'not-granted'], ...word })).status).toBe(0);
    expect((await claim(gateway.port, 'ann')).json()).toMatchObject({ outcome: 'granted' });
    // The gateway reads the newest settings first, whenever an operator has said something.
    await until(async () => (await claim(gateway.port, 'bob')).body.toString() === 'coupon');
    expect(service.requests[2]?.headers['spillway-retry']).toBeUndefined();
    expect((await audit()).out).toContain('granted 2\n');
    // Both words stand in the campaign's audit log, whose chain holds.
    expect((await audit({ verify: true })).out).toContain('lny: intact, 2 records');
    const records = await recordsOf(String(store.store?.keyPrefix));
    expect(records).toMatchObject([
      { revision: 1, action: 'resolve', subject: 'lny', after: { claim: ids[0], outcome: 'granted' } },
      { revision: 2, action: 'resolve', ...word, after: { claim: ids[1], outcome: 'not-granted' } },
    ]);
    expect((await audit({ resolve: [ids[0]!, 'granted'] })).err).toContain('final answer already');
    expect((await audit({ resolve: ['nobody', 'granted'] })).status).toBe(1);
  });

  it('leaves alone what is at the service now', async () => {
    const { service, gateway } = await opened({ ...ledgered({}, { timeoutMs: 5000 }), ...onRedis(redis().url) });
    let answer = (): void => {};
    const asked = new Promise<void>((resolve) => {
      service.respond = (_request, response) => {
        answer = () => response.writeHead(201).end();
        resolve();
      };
    });
    const ann = claim(gateway.port, 'ann');
    await asked;
    const { status, out } = await audit();
    expect([status, out.includes('inFlight 1\n')]).toEqual([0, true]);
    expect((await audit({ unknown: true })).out).toBe('');
    answer();
    expect((await ann).status).toBe(201);
  });

  it('refuses what it cannot do, and says why', async () => {
    await opened(ledgered());
    expect(await audit()).toMatchObject({
      status: 1,
      err: expect.stringContaining('GET /admin/v1/campaigns/lny/claims'),
    });
    expect(await audit({}, 'other')).toMatchObject({ status: 1, err: expect.stringContaining('There is no campaign') });
    expect((await audit({ resolve: ['x', 'perhaps'] })).status).toBe(2);
    expect((await audit({ resolve: ['x'] })).status).toBe(2);
  });
});
