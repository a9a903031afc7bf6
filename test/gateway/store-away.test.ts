import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayBench, type RunningGateway, sumOf } from '../support/gateway.js';
import type { RecordingUpstream } from '../support/recording-upstream.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { type Answer, claim, send } from './client.js';
import { expectProblem } from './problems.js';
import { claimBytes, RawClient } from './raw-client.js';

const bench = new GatewayBench();
let redis: RedisServer;
let upstream: RecordingUpstream;

beforeEach(async () => {
  redis = await startRedis({ appendonly: true });
  upstream = await bench.recording();
});
afterEach(async () => {
  redis.thaw();
  await bench.stopAll();
  await redis.stop();
});

const away = { status: 503, code: 'STORE_UNAVAILABLE', again: true };
const SHUT = { ratePerSecond: 0.01, burst: 1 };

function open(campaign: Record<string, unknown> = {}, store: Record<string, unknown> = {}): Promise<RunningGateway> {
  return bench.open(upstream.url, { redisUrl: redis.url, store, campaign: { onStoreFailure: 'closed', ...campaign } });
}

/** A claim that is served: a cold process on a busy machine may find its store too slow at first. */
async function served(port: number, user: string): Promise<void> {
  await until(async () => (await claim(port, user)).status === 201);
}

async function timed(run: () => Promise<Answer>): Promise<{ answer: Answer; tookMs: number }> {
  const began = performance.now();
  const answer = await run();
  return { answer, tookMs: performance.now() - began };
}

describe('while Redis is away', () => {
  it.each(['killed', 'frozen'])(
    '%s: claims are STORE_UNAVAILABLE within a second, and none reaches the service',
    async (how) => {
      const { port, metrics } = await open();
      await served(port, 'ann');
      const before = upstream.requests.length;
      if (how === 'killed') await redis.kill();
      else redis.freeze();
      for (const user of ['ben', 'cid', 'dan']) {
        const { answer, tookMs } = await timed(() => claim(port, user));
        expectProblem(answer, away);
        expect(tookMs).toBeLessThan(1000);
      }
      expect(upstream.requests.length).toBe(before);
      expect(sumOf(await metrics(), 'spillway_store_up')).toBe(0);
    },
  );

  it('polls by ticket and the campaign document go on; what needs the store says so', async () => {
    const { port } = await open({ admission: SHUT });
    const joined = await claim(port, 'ann');
    const headers = { 'spillway-ticket': joined.headers['spillway-ticket'] as string };
    await redis.kill();
    const poll = await send(port, { path: '/queue/lny/tickets/me', headers });
    expect([poll.status, poll.json().number]).toEqual([200, 1]);
    expect((await send(port, { path: '/queue/lny/status.json' })).json()).toMatchObject({ tail: 1 });
    expectProblem(await send(port, { path: '/queue/lny/tickets/me', headers: { 'x-user-id': 'ben' } }), away);
    expectProblem(
      await send(port, { method: 'POST', path: '/queue/lny/tickets', headers: { 'x-user-id': 'ben' } }),
      away,
    );
  });

  it('readiness stays: all gateways leaving at once would help nobody', async () => {
    const { adminUrl, port } = await open();
    await redis.kill();
    await claim(port, 'ann');
    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(200);
  });
});

describe('when Redis is back', () => {
  it('with its data: claims go on, and who waited has the same place', async () => {
    const { port } = await open({ admission: { ratePerSecond: 1, burst: 1 }, queue: { holdMs: 0 } });
    const before = await claim(port, 'ann');
    await redis.kill();
    expectProblem(await claim(port, 'ben'), away);
    await redis.start();
    await until(async () => (await claim(port, 'ann')).status !== 503);
    if (before.status === 429)
      expect((await claim(port, 'ann')).json()).toMatchObject({ number: before.json().number });
  });

  it('empty: who shows a ticket keeps the place, and no number is given twice', async () => {
    const { port } = await open({ admission: SHUT });
    const tickets: Answer[] = [];
    for (const user of ['ann', 'ben', 'cid']) tickets.push(await claim(port, user));
    await redis.kill();
    await claim(port, 'dan');
    await rm(join(redis.folder, 'appendonlydir'), { recursive: true });
    await redis.start();
    await until(async () => (await claim(port, 'eve')).status === 429);
    const eve = (await claim(port, 'eve')).json();
    expect(eve.number).toBeGreaterThan(3);
    const headers = { 'spillway-ticket': tickets[1]!.headers['spillway-ticket'] as string };
    expect((await claim(port, 'ben', { headers })).json()).toMatchObject({ code: 'QUEUED', number: 2 });
  });
});

describe('a client that goes away while the store decides', () => {
  it('takes no slot, and nothing reaches the service', async () => {
    const gateway = await open({}, { deadlineMs: 3000 });
    await served(gateway.port, 'first');
    for (let round = 0; round < 3; round++) {
      redis.freeze();
      const client = await RawClient.open(gateway.port);
      client.write(claimBytes(`ann${round}`));
      await new Promise((resolve) => setTimeout(resolve, 60));
      client.vanish();
      await until(
        async () => sumOf(await gateway.metrics(), 'spillway_requests_total', { outcome: 'client_abort' }) > round,
      );
      redis.thaw();
      await until(async () => (await claim(gateway.port, `next${round}`)).status === 201);
    }
    await until(async () => sumOf(await gateway.metrics(), 'spillway_upstream_in_flight') === 0);
    const users = upstream.requests.map(({ headers }) => headers['spillway-claimant']);
    expect(users.filter((user) => user?.includes('ann'))).toEqual([]);
  });
});
