/** A campaign in three lanes on one Redis, with what stands between the store and Redis in a test's hands. */
import type { CampaignStore, ExchangeCall } from '../../src/admission/exchange.js';
import { STORE_TIME_ORIGIN_MS } from '../../src/admission/exchange.js';
import { type Lane, type LineCopies, laneOf } from '../../src/admission/lane.js';
import { LanedStore } from '../../src/admission/laned-store.js';
import { RedisCampaignStore } from '../../src/admission/redis-campaign-store.js';
import { RedisLane, RedisLineCopies } from '../../src/admission/redis-lane.js';
import { bucketRate } from '../../src/buckets/gcra.js';
import { systemClock } from '../../src/kernel/clock.js';
import { StoreUnavailableError } from '../../src/kernel/errors.js';
import type { RedisConnection } from '../../src/redis/connection.js';
import { campaignKeys, laneKeys } from '../../src/redis/keys.js';
import { loadScripts } from '../../src/redis/script.js';
import { StoreCalls } from '../../src/redis/store-calls.js';
import { connected } from '../redis/connected.js';
import { FakeClock } from '../support/fake-clock.js';
import { ask, done, NO_EVENTS } from './stores.js';

const LANES = 3;
export const limits = [bucketRate(2, 0.001), bucketRate(5, 0.001)];
/** People of each lane. */
export const [ANN, BOB, CID] = [0, 1, 2].map(
  (lane) => Array.from({ length: 99 }, (_, i) => `p${i}`).find((name) => laneOf(name, LANES) === lane)!,
) as [string, string, string];
export const GRANTED = 'gcred\n-\n201t\n\ncoupon 4711';
export const REJECTED = 'rcred\n-\n409t\n\nno';

const scripts = loadScripts();
let serial = 0;

export class LanedKit {
  readonly clock = new FakeClock();
  readonly #prefix = `lanes${process.pid}-${serial++}`;
  readonly #calls: StoreCalls;
  /** For a test to cut. */
  lanes: Lane[];
  copies: LineCopies;
  line: CampaignStore;

  private constructor(readonly connection: RedisConnection) {
    this.#calls = new StoreCalls({ connection, clock: systemClock, random: Math.random, deadlineMs: 5000 });
    const storeTimeUs = (): number => this.clock.monotonicUs() - STORE_TIME_ORIGIN_MS * 1000;
    const own = { calls: this.#calls, keyPrefix: this.#prefix, campaign: 'lny', storeTimeUs };
    this.line = new RedisCampaignStore({
      ...own,
      script: scripts.get('exchange'),
      upstream: 'incentives',
      placesAway: true,
    });
    this.lanes = Array.from({ length: LANES }, (_, lane) => new RedisLane({ ...own, scripts, lane }));
    this.copies = new RedisLineCopies(this.#calls, scripts, campaignKeys(this.#prefix, 'incentives', 'lny'));
  }

  static async open(url: string): Promise<LanedKit> {
    const kit = new LanedKit(await connected(url, 5000));
    await done(kit.line);
    await kit.clock.advance(1000);
    return kit;
  }

  async close(): Promise<void> {
    this.#calls.stop();
    await this.connection.close();
  }

  /** A gateway's, with lanes, copies and line as they are now. */
  store(lineIsAway = () => false): LanedStore {
    const { line, lanes, copies } = this;
    return new LanedStore({ line, lanes, copies, lineIsAway });
  }

  /** A key of the line. */
  key(name: string): string {
    return `${this.#prefix}:{incentives}:lny:${name}`;
  }

  /** An entry of the ledger, as the line has it and as its lane has it. */
  entryAtLine(who: string): string {
    return `${campaignKeys(this.#prefix, 'incentives', 'lny').claimPrefix}e-${who}`;
  }

  entryInLane(who: string): string {
    return `${laneKeys(this.#prefix, 'lny', laneOf(who, LANES)).claimPrefix}e-${who}`;
  }

  /** Where the lane of `who` keeps places. */
  placesOf(who: string): string {
    return laneKeys(this.#prefix, 'lny', laneOf(who, LANES)).who;
  }

  get(key: string): Promise<unknown> {
    return this.connection.send('get', [key]);
  }

  async ttl(key: string): Promise<number> {
    return Number(await this.connection.send('pttl', [key]));
  }
}

/** The lane that `who` belongs to; they count from 0. */
export const laneNumber = (who: string): number => laneOf(who, LANES);

export const claimOf = (who: string, attempt = `a-${who}`) =>
  ask(who, { ledger: { key: `e-${who}`, attempt, memo: '- -', repeats: '' } });

export const limited = (who: string, kind: 'claim' | 'join' | 'pass' | 'refund' = 'claim') =>
  ask(who, { kind, limits, buckets: [`user:${who}`, 'address:1'] });

export const settled = (who: string, text = GRANTED, more = {}): Partial<ExchangeCall> => {
  const outcome = text.startsWith('g') ? ('granted' as const) : ('rejected' as const);
  const end = { key: `e-${who}`, attempt: `a-${who}`, outcome, text, keepMs: 60_000, counts: true, era: 0 };
  const markMs = outcome === 'granted' ? 0 : -1;
  return { events: { ...NO_EVENTS, settled: [{ ...end, markMs, generation: 'gen-1', ...more }] } };
};

export const away = (): Promise<never> => Promise.reject(new StoreUnavailableError('test', 1));

export const bound = (lane: Lane): Lane => ({
  answer: (asks) => lane.answer(asks),
  change: (changes) => lane.change(changes),
  keep: (answers) => lane.keep(answers),
});
