/** A store that loses its data in the middle, and gateways that are killed. */
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { claim } from '../gateway/client.js';
import { connected } from '../redis/connected.js';
import { GatewayBench } from '../support/gateway.js';
import { sharedRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { ledgered, onRedis } from './kit.js';
import { closePeople, person } from './people.js';

const bench = new GatewayBench();
const redis = sharedRedis();
afterEach(() => bench.stopAll());
afterAll(closePeople);

async function flush(): Promise<void> {
  const connection = await connected(redis().url, 5000);
  await connection.send('flushall', []);
  await connection.close();
}

describe('a store that loses everything in the middle', () => {
  it('with a service that honours keys: nobody is paid twice, and the budget holds', async () => {
    const service = await bench.sample({ serviceMs: 30, parallel: 60, crashAbove: 5000 });
    const settings = ledgered(
      {},
      // Patient: a claim whose outcome is unknown when its entry is lost keeps its unit until an operator's word, and
      // everybody waits for that word.
      { timeoutMs: 10_000, concurrency: { limit: 20 } },
      {
        budget: { claims: 300 },
        admission: { ratePerSecond: 200, burst: 20 },
        queue: { poll: { nearMs: 200, maxMs: 1000 } },
      },
    );
    const store = onRedis(redis().url);
    const gateways = [];
    for (let i = 0; i < 2; i++) gateways.push(await bench.open(service.url, { ...settings, ...store }));
    const ports = gateways.map(({ port }) => port);
    const people = Promise.all(Array.from({ length: 600 }, (_, i) => person(ports, `user-${i}`, i)));
    await until(() => service.stats().granted > 100, 60_000);
    await flush();
    const outcomes = await people;
    const granted = outcomes.filter(({ end }) => end === 'granted');
    const stats = service.stats();
    expect(stats).toMatchObject({ grantedTwice: 0 });
    expect(stats.granted).toBeLessThanOrEqual(300);
    expect(granted.length).toBe(stats.granted);
    expect(stats.granted).toBeGreaterThan(290);
    // Those who were granted before the loss get the same answer afterwards, at the gateway that knows and at the other.
    for (const { user, body } of granted.slice(0, 5)) {
      for (const port of ports) expect((await claim(port, user)).body.toString()).toBe(body);
    }
    expect(service.stats().grantedTwice).toBe(0);
  }, 180_000);

  it('with a service that does not: claims stop until an operator confirms', async () => {
    const service = await bench.recording();
    const store = onRedis(redis().url);
    const settings = { ...ledgered({}, { idempotent: false }), ...store };
    const gateways = [await bench.open(service.url, settings), await bench.open(service.url, settings)];
    const [here, there] = gateways.map(({ port }) => port) as [number, number];
    // Beside other tests the door can be slower than a claim is held.
    const goesIn = (port: number, user: string) => until(async () => (await claim(port, user)).status === 201);
    await goesIn(here, 'ann');
    await goesIn(there, 'zoe');
    await flush();
    for (const port of [here, there]) {
      expect((await claim(port, 'bob')).json()).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    }
    // What a gateway knows to be final it still answers, and has told the store again.
    expect((await claim(here, 'ann')).headers['idempotency-replayed']).toBe('true');
    await until(async () => (await claim(there, 'ann')).headers['idempotency-replayed'] === 'true');
    expect(service.requests).toHaveLength(2);
    gateways[0]!.gateway.campaigns.get('lny')!.context.link.confirmLosses();
    await goesIn(there, 'bob');
    await goesIn(here, 'cat');
    expect(service.requests).toHaveLength(4);
  }, 60_000);
});
