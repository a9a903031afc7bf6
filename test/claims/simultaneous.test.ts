/** Many claims of one person at the same moment, over two gateways. */
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { GatewayBench } from '../support/gateway.js';
import { sharedRedis } from '../support/redis-server.js';
import { ledgered, onRedis } from './kit.js';
import { closePeople, person } from './people.js';

const bench = new GatewayBench();
const redis = sharedRedis();
afterEach(() => bench.stopAll());
afterAll(closePeople);

describe('the ledger over two gateways on one Redis', () => {
  it('has each of 300 people granted once, by eight simultaneous claims each, with one and the same answer', async () => {
    const service = await bench.sample({ serviceMs: 5, parallel: 50, crashAbove: 5000 });
    // Patient with a busy machine: a time-out would make an outcome unknown, and its repeat would reach the service.
    const settings = { ...ledgered({}, { timeoutMs: 30_000 }), ...onRedis(redis().url) };
    const ports = [await bench.open(service.url, settings), await bench.open(service.url, settings)].map(
      ({ port }) => port,
    );
    const bodies = new Map<string, Set<string>>();
    // Fifty people at a time: this one process is service, gateways and crowd, and the upstream's time limit runs in it.
    for (let first = 0; first < 300; first += 50) {
      // The eight claims of one person go out one after the other, to both gateways in turn.
      const claims = Array.from({ length: 50 * 8 }, (_, i) => person(ports, `user-${first + (i >> 3)}`, i));
      for (const { user, body } of await Promise.all(claims)) {
        bodies.set(user, (bodies.get(user) ?? new Set()).add(body));
      }
    }
    expect(bodies.size).toBe(300);
    for (const [, different] of bodies) expect(different.size).toBe(1);
    expect(service.stats()).toMatchObject({ received: 300, granted: 300, grantedTwice: 0 });
  }, 240_000);
});
