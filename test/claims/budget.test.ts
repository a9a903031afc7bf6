import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { claim } from '../gateway/client.js';
import { GatewayBench, type GatewaySettings, sumOf } from '../support/gateway.js';
import { sharedRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { pause } from './kit.js';
import { closePeople, person } from './people.js';

const bench = new GatewayBench();
const redis = sharedRedis();
afterEach(() => bench.stopAll());
afterAll(closePeople);

let serial = 0;
const onMemory = (): Partial<GatewaySettings> => ({});
const onRedis = (): Partial<GatewaySettings> => ({
  redisUrl: redis().url,
  store: { keyPrefix: `b${serial++}`, deadlineMs: 1500 },
});

function limited(claims: number, campaign: Record<string, unknown> = {}): GatewaySettings {
  return {
    campaign: {
      claims: { mode: 'per-claimant' },
      budget: { claims },
      admission: { ratePerSecond: 400, burst: 20 },
      publish: { remaining: 'exact' },
      queue: { poll: { nearMs: 200, maxMs: 2000 } },
      ...campaign,
    },
    upstream: { idempotent: true, timeoutMs: 20_000, concurrency: { limit: 30 } },
  };
}

describe.each([
  ['memory, one gateway', 1, onMemory],
  ['Redis, two gateways', 2, onRedis],
] as const)('a budget on %s', (_name, count, more) => {
  it('is granted exactly; everybody else is told soon, and nothing goes to the service afterwards', async () => {
    const service = await bench.sample({ serviceMs: 20, parallel: 60, crashAbove: 5000 });
    const settings = { ...limited(300), ...more() };
    const gateways = [];
    for (let i = 0; i < count; i++) gateways.push(await bench.open(service.url, settings));
    const ports = gateways.map(({ port }) => port);
    const outcomes = await Promise.all(Array.from({ length: 900 }, (_, i) => person(ports, `user-${i}`, i)));
    const granted = outcomes.filter(({ end }) => end === 'granted');
    expect(granted).toHaveLength(300);
    expect(service.stats()).toMatchObject({ received: 300, granted: 300, grantedTwice: 0 });
    const lastGrantMs = Math.max(...granted.map(({ atMs }) => atMs));
    for (const { end, atMs, lastPollMs } of outcomes) {
      if (end === 'granted') continue;
      expect(['SOLD_OUT', 'sold-out']).toContain(end);
      // Everything runs in this one process; sold-out.test.ts holds gateways of their own to one second.
      expect(atMs).toBeLessThan(lastGrantMs + 2 * lastPollMs + 5000);
    }
    const status = await (await fetch(`${gateways[0]!.url}/queue/lny/status.json`)).json();
    expect(status).toMatchObject({ state: 'sold-out', remaining: 0 });
    const metrics = await gateways[0]!.metrics();
    expect(sumOf(metrics, 'spillway_budget_remaining_claims', { campaign: 'lny' })).toBe(0);
  }, 60_000);

  it('gives an answer that failed back its unit, and counts one of unknown outcome', async () => {
    const service = await bench.recording((_request, response) => response.writeHead(500).end());
    const gateway = await bench.open(service.url, { ...limited(2), ...more() });
    expect((await claim(gateway.port, 'ann')).status).toBe(500);
    service.respond = (_request, response) => response.destroy();
    expect((await claim(gateway.port, 'bob')).json()).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      outcome: 'unknown',
    });
    service.respond = (_request, response) => response.writeHead(201).end();
    expect((await claim(gateway.port, 'cat')).status).toBe(201);
    // One granted, one unknown: the last unit may be gone already, and nobody is called for it.
    const dan = await claim(gateway.port, 'dan');
    expect([dan.status, dan.json()]).toMatchObject([429, { state: 'waiting', chance: 'unlikely' }]);
    expect(service.requests).toHaveLength(3);
    // The claimant of the open one tries again, with the same key: now all is granted.
    const bob = await claim(gateway.port, 'bob');
    expect(bob.status).toBe(201);
    expect(service.requests[3]?.headers['spillway-retry']).toBe('unknown');
    expect(service.requests[3]?.headers['idempotency-key']).toBe(service.requests[1]?.headers['idempotency-key']);
    expect((await claim(gateway.port, 'eve')).json()).toMatchObject({ code: 'SOLD_OUT' });
    expect((await claim(gateway.port, 'cat')).status).toBe(201);
    expect(service.requests).toHaveLength(4);
  });

  it('is counted without a ledger too', async () => {
    const service = await bench.sample({ serviceMs: 1, parallel: 50 });
    const gateway = await bench.open(service.url, { ...limited(3, { claims: { mode: 'off' } }), ...more() });
    const said = [];
    for (let i = 0; i < 5; i++) said.push((await claim(gateway.port, 'ann')).status);
    expect(said).toEqual([201, 201, 201, 410, 410]);
    expect(service.stats().granted).toBe(3);
  });
});

describe('after the last grant', () => {
  it('whoever was granted still gets the answer, at any gateway; a stranger costs the store nothing', async () => {
    const service = await bench.recording();
    const settings = { ...limited(3), ...onRedis() };
    const [here, there] = [await bench.open(service.url, settings), await bench.open(service.url, settings)];
    for (const user of ['ann', 'bob', 'cat']) await until(async () => (await claim(here.port, user)).status === 201);
    await until(async () => (await claim(there.port, 'zoe')).status === 410);
    const ann = await claim(there.port, 'ann');
    expect([ann.status, ann.headers['idempotency-replayed']]).toEqual([201, 'true']);
    await pause(1200);
    redis().freeze();
    try {
      const fromMs = performance.now();
      for (let i = 0; i < 50; i++) {
        expect((await claim(there.port, `stranger-${i}`)).json()).toMatchObject({ code: 'SOLD_OUT' });
      }
      expect(performance.now() - fromMs).toBeLessThan(400);
      // A winner whom this gateway never answered cannot be told apart without the store: asked to come back, not away.
      expect((await claim(there.port, 'bob')).json()).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    } finally {
      redis().thaw();
    }
    await until(async () => (await claim(there.port, 'bob')).headers['idempotency-replayed'] === 'true');
    expect(service.requests).toHaveLength(3);
  }, 20_000);
});

describe('sold out by the word of the service', () => {
  it('reaches every gateway within a second, and what waits at its next poll', async () => {
    const service = await bench.sample({ serviceMs: 20, parallel: 20, crashAbove: 5000 });
    service.setFaults({ soldOutAfter: 100 });
    const settings = { ...limited(1), ...onRedis() };
    const open = { ...settings, campaign: { ...settings.campaign, budget: {} } };
    const gateways = [await bench.open(service.url, open), await bench.open(service.url, open)];
    const ports = gateways.map(({ port }) => port);
    const outcomes = await Promise.all(Array.from({ length: 500 }, (_, i) => person(ports, `user-${i}`, i)));
    expect(outcomes.filter(({ end }) => end === 'granted')).toHaveLength(100);
    const received = service.stats().received;
    expect(received).toBeLessThan(100 + 60);
    for (const port of ports)
      await until(async () => (await claim(port, 'late')).headers['spillway-code'] === 'SOLD_OUT');
    expect(service.stats().received).toBe(received);
  }, 30_000);

  it('takes three different claimants in a row where a bare status says so', async () => {
    const service = await bench.recording((_request, response) => response.writeHead(410).end('gone'));
    const gateway = await bench.open(service.url, { campaign: { budget: { soldOutWhen: { status: [410] } } } });
    const grantOnce = async (user: string): Promise<void> => {
      const before = service.respond;
      service.respond = (_request, response) => response.writeHead(201).end();
      await claim(gateway.port, user);
      service.respond = before;
    };
    const { link } = gateway.gateway.campaigns.get('lny')!.context;
    const told = (signs: number) => until(() => link.view?.claims.signs === signs);
    for (const [user, signs] of [
      ['ann', 1],
      ['bob', 2],
      ['bob', 2],
      ['bob', 2],
    ] as const) {
      expect((await claim(gateway.port, user)).body.toString()).toBe('gone');
      await told(signs);
    }
    await grantOnce('cat');
    await told(0);
    for (const user of ['dan', 'eve', 'fay']) expect((await claim(gateway.port, user)).body.toString()).toBe('gone');
    await until(() => link.view?.claims.soldOut === 1);
    expect((await claim(gateway.port, 'gus')).json()).toMatchObject({ code: 'SOLD_OUT' });
    expect(service.requests).toHaveLength(8);
  });
});
