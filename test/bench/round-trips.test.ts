import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { claimBytes, RawClient, statuses } from '../gateway/raw-client.js';
import { CLAIMS, GatewayBench, type GatewaySettings, type RunningGateway } from '../support/gateway.js';
import { sharedRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { quietClock } from './quiet-clock.js';
import { StoreCounter, type StoreCounts } from './store-counter.js';

const LIMITS = [
  { name: 'per-user', key: 'claimant', capacity: 2, refillPerSecond: 0.001 },
  { name: 'per-address', key: 'address', capacity: 100_000, refillPerSecond: 1000 },
];
/** On a busy machine what is sent at once arrives in several turns: at least so many share a call all the same. */
const CLAIMS_A_CALL = 10;
/** Each claimant has a bucket of their own, which is written; all buckets are read by one command. */
const COMMANDS_A_CLAIM = 1;
/** The line, the slots, the door, the shared bucket, which is written once a call. */
const COMMANDS_A_CALL = 20;

describe('round trips to Redis', () => {
  const redis = sharedRedis();
  const bench = new GatewayBench();
  let counter: StoreCounter;
  let campaigns = 0;

  beforeEach(() => {
    counter = new StoreCounter(redis().url);
  });
  afterEach(async () => {
    counter.close();
    await bench.stopAll();
  });

  async function open(campaign: GatewaySettings['campaign'] = {}, lanes = 1): Promise<RunningGateway> {
    const upstream = await bench.recording();
    const store = { keyPrefix: `rt${campaigns++}`, deadlineMs: 2000, lanes };
    const gateway = await bench.open(upstream.url, {
      redisUrl: redis().url,
      store,
      upstream: { concurrency: { limit: 1000 } },
      campaign: { limits: LIMITS, ...campaign },
      clock: quietClock,
    });
    // The first call teaches the server the script and the gateway the store's clock.
    await claim(gateway, 'first');
    return gateway;
  }

  it('shared by all claims of one moment, their limits, door and line included', async () => {
    const gateway = await open();
    const { calls, commands } = await counter.during(() => atOnce(gateway, names('one', 80), 201));
    expect(calls).toBeLessThanOrEqual(80 / CLAIMS_A_CALL);
    expect(commands).toBeLessThanOrEqual(calls * COMMANDS_A_CALL + 80 * COMMANDS_A_CLAIM);
  });

  it('shared by no more than a hundred of them', async () => {
    const gateway = await open();
    const { calls } = await counter.during(() => atOnce(gateway, names('many', 250), 201));
    expect(calls).toBeGreaterThanOrEqual(3);
    expect(calls).toBeLessThanOrEqual(250 / CLAIMS_A_CALL);
  });

  it('1 for a claim by itself', async () => {
    const gateway = await open();
    const { calls, commands } = await counter.during(() => claim(gateway, 'alone'));
    expect(calls).toBe(1);
    expect(commands).toBeLessThanOrEqual(COMMANDS_A_CALL + COMMANDS_A_CLAIM);
  });

  it('2 for a claim by itself where the campaign is kept in lanes', async () => {
    const gateway = await open({}, 8);
    const { calls } = await counter.during(() => claim(gateway, 'alone'));
    expect(calls).toBe(2);
  });

  it('shared by all who join the line at once', async () => {
    const gateway = await open({ admission: { ratePerSecond: 0.01, burst: 1 } });
    const { calls } = await counter.during(() => atOnce(gateway, names('join', 80), 429));
    expect(calls).toBeLessThanOrEqual(80 / CLAIMS_A_CALL);
  });

  it('none for a refusal that is known already', async () => {
    const gateway = await open();
    for (let i = 0; i < 3; i++) await claim(gateway, 'greedy');
    await expectNone(async () => expect((await claim(gateway, 'greedy')).status).toBe(429));
  });

  it('none for a claim of a campaign that is over', async () => {
    const gateway = await open({ schedule: { opensAt: null, closesAt: '2020-01-01T00:00:00Z' } });
    await expectNone(async () => expect((await claim(gateway, 'late')).status).toBe(410));
  });

  it('none for a request without identity, or on no route', async () => {
    const gateway = await open();
    await expectNone(async () => {
      expect((await fetch(gateway.url + CLAIMS, { method: 'POST' })).status).toBe(401);
      expect((await fetch(`${gateway.url}/elsewhere`)).status).toBe(404);
    });
  });

  describe('with people in line', () => {
    const waiting = async (): Promise<{ gateway: RunningGateway; ticket: string }> => {
      const gateway = await open({ admission: { ratePerSecond: 0.01, burst: 1 } });
      await claim(gateway, 'before');
      const answer = await claim(gateway, 'waiter');
      expect(answer.status).toBe(429);
      return { gateway, ticket: ((await answer.json()) as { ticket: string }).ticket };
    };

    it('none for a poll, by ticket in the path or in the field', async () => {
      const { gateway, ticket } = await waiting();
      const queue = `${gateway.url}/queue/lny/tickets`;
      await expectNone(async () => {
        expect((await fetch(`${queue}/${ticket}`)).status).toBe(200);
        expect((await fetch(`${queue}/me`, { headers: { 'spillway-ticket': ticket } })).status).toBe(200);
      });
    });

    it('1 for a poll without a ticket, as only the store knows whose place it is', async () => {
      const { gateway } = await waiting();
      const headers = { 'x-user-id': 'waiter' };
      const { calls } = await counter.during(() => fetch(`${gateway.url}/queue/lny/tickets/me`, { headers }));
      expect(calls).toBe(1);
    });

    it('none for a claim with the ticket of somebody far from their turn', async () => {
      const { gateway, ticket } = await waiting();
      await expectNone(async () => {
        expect((await claim(gateway, 'waiter', { 'spillway-ticket': ticket })).status).toBe(429);
      });
    });

    it('none for the campaign document', async () => {
      const { gateway } = await waiting();
      await expectNone(async () => {
        expect((await fetch(`${gateway.url}/queue/lny/status.json`)).status).toBe(200);
      });
    });
  });

  async function expectNone(act: () => Promise<unknown>): Promise<void> {
    const none: StoreCounts = { calls: 0, commands: 0 };
    expect(await counter.during(act)).toEqual(none);
  }
});

function claim(gateway: RunningGateway, user: string, fields: Record<string, string> = {}): Promise<Response> {
  const headers = { 'x-user-id': user, ...fields };
  return fetch(gateway.url + CLAIMS, { method: 'POST', headers, body: '{}' });
}

/** Claims that reach the gateway in one read of one connection, so in one turn of its event loop. */
async function atOnce(gateway: RunningGateway, users: readonly string[], status: number): Promise<void> {
  const client = await RawClient.open(gateway.port);
  client.write(users.map((user) => claimBytes(user)).join(''));
  await until(() => statuses(client.received).length >= users.length || client.closed);
  client.vanish();
  expect(statuses(client.received)).toEqual(users.map(() => status));
}

const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
