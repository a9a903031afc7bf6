/** The ledger and the budget of the campaign store, on memory and on Redis. */
import { describe, expect, it } from '@jest/globals';
import { done, NO_EVENTS, openMemory, openRedis } from '../admission/stores.js';
import { connected } from '../redis/connected.js';
import { FakeClock } from '../support/fake-clock.js';
import { sharedRedis } from '../support/redis-server.js';
import { describeClaims } from './describe-claims.js';
import { describeErasure } from './describe-erasure.js';
import { describeLedgerLoss } from './describe-ledger-loss.js';
import { ending } from './ledger-kit.js';

const redis = sharedRedis();

for (const describeOn of [describeClaims, describeLedgerLoss, describeErasure]) {
  describeOn('memory', openMemory);
  describeOn('Redis', (clock) => openRedis(redis(), clock));
  describeOn('Redis in three lanes', (clock) => openRedis(redis(), clock, 3));
}

describe('a stored small answer', () => {
  it('costs Redis at most 700 bytes', async () => {
    const connection = await connected(redis().url, 5000);
    const { store, close } = await openRedis(redis(), new FakeClock());
    const used = async () => Number(/used_memory:(\d+)/.exec(String(await connection.send('info', ['memory'])))?.[1]);
    const body = JSON.stringify({
      coupon: 'RP-0123456789AB',
      claimant: 'user-12345',
      campaign: 'lny-2026',
      number: 4711,
    });
    const text = `gAbCd.0123456789abcdef\n-\n201t\ncontent-type: application/json\ncache-control: no-store\n\n${body}`;
    const name = (i: number): string => `${i}`.padStart(22, 'A');
    await done(store, {});
    const before = await used();
    for (let from = 0; from < 20_000; from += 200) {
      const settled = Array.from({ length: 200 }, (_, i) => ({
        ...ending(name(from + i), 'a', 'granted', { keepMs: 86_400_000, markMs: 864_000_000 }).events.settled[0]!,
        text,
      }));
      await done(store, { events: { ...NO_EVENTS, settled } });
    }
    expect(((await used()) - before) / 20_000).toBeLessThan(700);
    await close();
    await connection.close();
  }, 60_000);
});
