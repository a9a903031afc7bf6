/** Both stores behind the port, on a clock that the test moves, and the calls that a test makes of them. */

import type { Ask } from '../../src/admission/ask.js';
import type { CampaignSettingsStore } from '../../src/admission/campaign-settings-store.js';
import type { ExchangeCall, ExchangeEvents, ExchangeReply, Known } from '../../src/admission/exchange.js';
import { type CampaignStore, NO_HEALTH, NO_PACE, STORE_TIME_ORIGIN_MS } from '../../src/admission/exchange.js';
import type { ExchangeSettings } from '../../src/admission/exchange-settings.js';
import type { Lane } from '../../src/admission/lane.js';
import { LanedStore } from '../../src/admission/laned-store.js';
import { MemoryCampaignStore } from '../../src/admission/memory-campaign-store.js';
import { MemorySettingsStore } from '../../src/admission/memory-settings-store.js';
import { MemorySlots } from '../../src/admission/memory-slots.js';
import { RedisCampaignStore } from '../../src/admission/redis-campaign-store.js';
import { RedisLane, RedisLineCopies } from '../../src/admission/redis-lane.js';
import { RedisSettingsStore } from '../../src/admission/redis-settings-store.js';
import { bucketRate } from '../../src/buckets/gcra.js';
import type { ClaimsAudit } from '../../src/claims/claims-audit.js';
import { MemoryClaimsAudit } from '../../src/claims/memory-claims-audit.js';
import { RedisClaimsAudit } from '../../src/claims/redis-claims-audit.js';
import { systemClock } from '../../src/kernel/clock.js';
import { campaignKeys, claimPrefixesOfLanes, settingsKeys } from '../../src/redis/keys.js';
import { loadScripts } from '../../src/redis/script.js';
import { StoreCalls } from '../../src/redis/store-calls.js';
import { connected } from '../redis/connected.js';
import type { FakeClock } from '../support/fake-clock.js';
import type { RedisServer } from '../support/redis-server.js';

export interface OpenStore {
  readonly store: CampaignStore;
  readonly settings: CampaignSettingsStore;
  readonly audit: ClaimsAudit;
  close(): Promise<void>;
}

export type Open = (clock: FakeClock) => Promise<OpenStore>;

export async function openMemory(clock: FakeClock): Promise<OpenStore> {
  const store = new MemoryCampaignStore(new MemorySlots(), clock);
  const settings = new MemorySettingsStore(store);
  return { store, settings, audit: new MemoryClaimsAudit(store, settings), close: async () => {} };
}

let serial = 0;

/** @param lanes - more than 1: the campaign is kept in so many lanes */
export async function openRedis(redis: RedisServer, clock: FakeClock, lanes = 1): Promise<OpenStore> {
  const connection = await connected(redis.url);
  const calls = new StoreCalls({ connection, clock: systemClock, random: Math.random, deadlineMs: 5000 });
  const scripts = loadScripts();
  const keyPrefix = `t${process.pid}-${serial++}`;
  const [upstream, campaign] = ['incentives', 'lny'];
  const storeTimeUs = (): number => clock.monotonicUs() - STORE_TIME_ORIGIN_MS * 1000;
  const line = new RedisCampaignStore({
    ...{ calls, script: scripts.get('exchange'), keyPrefix, upstream, campaign, storeTimeUs, placesAway: lanes > 1 },
  });
  const lane = (_: unknown, at: number): Lane =>
    new RedisLane({ calls, scripts, keyPrefix, campaign, lane: at, storeTimeUs });
  const copies = new RedisLineCopies(calls, scripts, campaignKeys(keyPrefix, upstream, campaign));
  const laned = { line, lanes: Array.from({ length: lanes }, lane), copies, lineIsAway: () => false };
  const keys = settingsKeys(keyPrefix, upstream, campaign);
  return {
    store: lanes === 1 ? line : new LanedStore(laned),
    settings: new RedisSettingsStore({ calls, scripts, keys }),
    audit: new RedisClaimsAudit({
      connection,
      keys: campaignKeys(keyPrefix, 'incentives', 'lny'),
      names: keys,
      scripts,
      laneClaimPrefixes: claimPrefixesOfLanes(keyPrefix, campaign, lanes),
    }),
    close: async () => {
      calls.stop();
      await connection.close();
    },
  };
}

export const SETTINGS: ExchangeSettings = {
  revision: 0,
  door: bucketRate(20, 100),
  horizonUs: 5000,
  slots: 10,
  slotLeaseMs: 5000,
  open: true,
  queue: true,
  maxWaiting: 1000,
  graceMs: 45_000,
  leadMs: 200,
  dwellMs: 400,
  pollMaxMs: 30_000,
  doorStayMs: 1000,
  skip: 100,
  lottery: null,
  sessions: null,
  claims: { ledger: true, budget: 0, leaseMs: 5000, strict: false },
  reserveNs: 0,
  pace: { enabled: false, configuredMilli: 100_000, leastMilli: 10_000 },
};

export const NOTHING_KNOWN: Known = {
  epoch: 1,
  generation: '',
  heads: [0, 0],
  tails: [0, 0],
  doorTat: 0,
  doorIntervalNs: 0,
  taken: 0,
  released: 0,
  lottery: null,
  seats: 0,
  endsUs: 0,
  sessionsEndedUs: 0,
  claims: {
    era: 0,
    granted: 0,
    grantedBefore: 0,
    attempts: 0,
    held: 0,
    unknown: 0,
    soldOut: 0,
    losses: 0,
    confirmed: 0,
  },
  pace: NO_PACE,
};

export const NO_EVENTS: ExchangeEvents = {
  entered: [],
  gone: [],
  spent: [],
  given: [],
  retained: [],
  settled: [],
  signs: [],
  seats: [],
  replays: 0,
  health: NO_HEALTH,
};

export function call(changes: Partial<ExchangeCall> = {}): ExchangeCall {
  return {
    gateway: 'g1',
    settings: SETTINGS,
    known: NOTHING_KNOWN,
    generation: 'gen-1',
    notAfterUs: 0,
    events: NO_EVENTS,
    permits: 0,
    allowance: Number.POSITIVE_INFINITY,
    asks: [],
    tick: false,
    ...changes,
  };
}

export function ask(claimant: string, changes: Partial<Ask> = {}): Ask {
  return { kind: 'claim', claimant, place: null, toldMs: 0, limits: [], buckets: [], ...changes };
}

export type Done = Extract<ExchangeReply, { kind: 'done' }>;

export async function done(store: CampaignStore, changes: Partial<ExchangeCall> = {}): Promise<Done> {
  const reply = await store.exchange(call(changes));
  if (reply.kind !== 'done') throw new Error('The store says that the call was late');
  return reply;
}

/** What a gateway would know after a reply. */
export function knownFrom(reply: Done, released = 0): Known {
  const { epoch, generation, heads, tails, doorTat, doorIntervalNs, taken, lottery, claims, pace } = reply.view;
  const { seats, sessionsEndedUs } = reply.view;
  const endsUs = reply.view.sessionEnds.at(-1)?.endedUs ?? 0;
  const door = { doorTat, doorIntervalNs };
  return {
    epoch,
    generation,
    heads,
    tails,
    ...door,
    taken,
    released,
    lottery,
    seats,
    endsUs,
    sessionsEndedUs,
    claims,
    pace,
  };
}
