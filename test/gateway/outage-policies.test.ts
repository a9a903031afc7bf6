/** What clients, operators and metrics see of each outage policy while a real Redis is away. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayBench, type RunningGateway, sumOf } from '../support/gateway.js';
import type { RecordingUpstream } from '../support/recording-upstream.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { claim, send } from './client.js';

const bench = new GatewayBench();
let redis: RedisServer;
let upstream: RecordingUpstream;

beforeEach(async () => {
  redis = await startRedis();
  upstream = await bench.recording();
});
afterEach(async () => {
  await bench.stopAll();
  await redis.stop();
});

const SLOW = { admission: { ratePerSecond: 2, burst: 1 }, queue: { holdMs: 0 } };

function open(onStoreFailure: string, campaign: Record<string, unknown> = {}): Promise<RunningGateway> {
  const store = { deadlineMs: 500 };
  return bench.open(upstream.url, { redisUrl: redis.url, store, campaign: { ...SLOW, onStoreFailure, ...campaign } });
}

/** Kills Redis, and waits until the gateway goes by its policy. */
async function lose(gateway: RunningGateway, mode: string): Promise<void> {
  await redis.kill();
  await until(async () => (await gateway.metrics()).get(`spillway_store_mode{mode="${mode}"}`) === 1, 10_000);
}

async function storeDetail({ adminUrl }: RunningGateway): Promise<unknown> {
  const ready = (await (await fetch(`${adminUrl}/readyz`)).json()) as { details: { store: unknown } };
  return ready.details.store;
}

describe('while Redis is away', () => {
  it('`local` lets its share in, keeps every place, and says so everywhere', async () => {
    const gateway = await open('local');
    const { port } = gateway;
    for (const user of ['ann', 'ben', 'cid']) await claim(port, user);
    const ben = await claim(port, 'ben');
    await lose(gateway, 'local');
    expect(await storeDetail(gateway)).toEqual({ up: false, mode: 'local', campaigns: { lny: 'local' } });
    const newcomer = await claim(port, 'dan');
    expect([newcomer.status, newcomer.json().code]).toEqual([503, 'STORE_UNAVAILABLE']);
    expect(newcomer.json().detail).toContain('a share of the rate');
    const headers = { 'spillway-ticket': ben.headers['spillway-ticket'] as string };
    const poll = await send(port, { path: '/queue/lny/tickets/me', headers });
    expect([poll.status, poll.json().number]).toEqual([200, ben.json().number]);
    const { number } = ben.json();
    const waiting = await claim(port, 'ben', { headers });
    if (waiting.status === 429) {
      expect(waiting.json()).toMatchObject({ number, code: 'QUEUED' });
      expect(waiting.json().detail).toContain('The store is away');
    } else expect(waiting.status).toBe(201);
  });

  it('`open` lets everybody through, far beyond the rate, and counts them', async () => {
    const gateway = await open('open');
    const { port } = gateway;
    for (let i = 0; i < 5; i++) await claim(port, `before-${i}`);
    await lose(gateway, 'open');
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => claim(port, `during-${i}`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const samples = await gateway.metrics();
    expect(sumOf(samples, 'spillway_store_fallback_decisions_total', { policy: 'open' })).toBeGreaterThanOrEqual(50);
    await redis.start();
    await until(async () => (await gateway.metrics()).get('spillway_store_mode{mode="normal"}') === 1, 10_000);
    // The bound holds again at once, and what passed meanwhile is not forgotten.
    const after = await Promise.all(Array.from({ length: 20 }, (_, i) => claim(port, `after-${i}`)));
    expect(after.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(3);
  });

  it('`open` lets people through a gateway that was born in the outage; `local` does not', async () => {
    await redis.kill();
    const [opened, local] = await Promise.all([open('open'), open('local')]);
    expect((await claim(opened.port, 'ann')).status).toBe(201);
    expect((await claim(local.port, 'ann')).status).toBe(503);
    await redis.start();
  });

  it('a ledger is not risked, whatever the policy', async () => {
    const gateway = await open('open', { claims: { mode: 'per-claimant' } });
    await claim(gateway.port, 'ann');
    await lose(gateway, 'closed');
    const refused = await claim(gateway.port, 'ben');
    expect([refused.status, refused.json().code]).toEqual([503, 'STORE_UNAVAILABLE']);
    expect(refused.json().detail).toContain('lets nobody in without it');
  });
});
