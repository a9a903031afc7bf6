import { describe, expect, it } from '@jest/globals';
import type { CampaignStore, ExchangeCall } from '../../src/admission/exchange.js';
import { AgreedLanes, RedisLaneCount } from '../../src/admission/redis-lane-count.js';
import { StoreUnavailableError } from '../../src/kernel/errors.js';
import { createLogger } from '../../src/kernel/logger.js';
import type { RedisConnection } from '../../src/redis/connection.js';
import type { StoreCalls } from '../../src/redis/store-calls.js';

/** A store that several gateways share, and that may be away. */
function kit() {
  const kept = new Map<string, string>();
  const store = { away: false, asked: 0 };
  const send = async (name: string, [key, value]: ReadonlyArray<unknown>): Promise<unknown> => {
    store.asked++;
    if (store.away) throw new StoreUnavailableError(name, 0);
    if (name === 'set' && !kept.has(String(key))) kept.set(String(key), String(value));
    return kept.get(String(key)) ?? null;
  };
  const lines: string[] = [];
  const logger = createLogger('info', { destination: { write: (line: string) => void lines.push(line) } });
  const countOf = (lanes: number): RedisLaneCount =>
    new RedisLaneCount({
      connection: { send } as unknown as RedisConnection,
      calls: { deadlines: { watch: (_: string, reply: Promise<unknown>) => reply } } as unknown as StoreCalls,
      ...{ keyPrefix: 'spillway', upstream: 'incentives', lanes, logger },
    });
  return { store, lines, countOf };
}

const CALL = {} as ExchangeCall;
const LATE = { kind: 'late', nowUs: 0 } as const;
const line: CampaignStore = { exchange: async () => LATE };

describe('The number of lanes', () => {
  it('is that of the first gateway; another is told what to do', async () => {
    const { countOf } = kit();
    expect(await countOf(12).find()).toEqual({ kind: 'agree' });
    expect(await countOf(12).find()).toEqual({ kind: 'agree' });
    expect(await countOf(4).find()).toEqual({
      kind: 'differ',
      problem: "The store keeps the claimants of upstream 'incentives' in 12 lanes; this gateway was told 4.",
      cure: expect.stringContaining('Set store.lanes to 12; or, between campaigns'),
    });
  });

  it('is asked for once', async () => {
    const { countOf, store } = kit();
    const agreed = new AgreedLanes(line, countOf(1));
    for (let i = 0; i < 3; i++) expect(await agreed.exchange(CALL)).toBe(LATE);
    expect(store.asked).toBe(2);
  });

  it('keeps a gateway out that started while the store was away, and says so once', async () => {
    const { countOf, store, lines } = kit();
    await countOf(12).find();
    store.away = true;
    const count = countOf(4);
    expect(await count.find()).toEqual({ kind: 'unknown' });
    const agreed = new AgreedLanes(line, count);
    // What is done without the store is decided behind this.
    expect(await agreed.exchange(CALL)).toBe(LATE);
    store.away = false;
    for (let i = 0; i < 2; i++) await expect(agreed.exchange(CALL)).rejects.toThrow(StoreUnavailableError);
    expect(lines).toHaveLength(1);
  });
});
