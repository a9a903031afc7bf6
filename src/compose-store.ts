/** Which store stands behind the ports: the embedded one, or Redis. */
import { randomBytes } from 'node:crypto';
import type { CampaignSettingsStore } from './admission/campaign-settings-store.js';
import type { CampaignStore } from './admission/exchange.js';
import { FallbackStore } from './admission/fallback-store.js';
import type { GatewayRoster } from './admission/gateway-roster.js';
import { MemoryCampaignStore } from './admission/memory-campaign-store.js';
import { MemorySettingsStore } from './admission/memory-settings-store.js';
import { MemorySlots } from './admission/memory-slots.js';
import { RedisCampaignStore } from './admission/redis-campaign-store.js';
import { RedisGatewayRoster } from './admission/redis-gateway-roster.js';
import { RedisSettingsStore } from './admission/redis-settings-store.js';
import type { GrantedMarks } from './claims/granted-marks.js';
import { RedisGrantedMarks } from './claims/redis-granted-marks.js';
import type { CampaignConfig, Config } from './config/schema.js';
import type { Clock } from './kernel/clock.js';
import type { Logger } from './kernel/logger.js';
import type { Random } from './kernel/random.js';
import type { StoreFacts } from './metrics/store-metrics.js';
import { connectRedis } from './redis/connection.js';
import { gatewaysLogKeys, marksKey, settingsKeys } from './redis/keys.js';
import { loadScripts } from './redis/script.js';
import { sharedSecret } from './redis/shared-secret.js';
import type { CallObserver } from './redis/store-calls.js';
import { StoreCalls } from './redis/store-calls.js';

/** What a campaign keeps outside the gateway. */
export interface OpenedCampaign {
  readonly exchanges: CampaignStore;
  readonly settings: CampaignSettingsStore;
  readonly granted: GrantedMarks;
}

export interface Store {
  readonly facts: StoreFacts;
  open(campaign: CampaignConfig): OpenedCampaign;
  /** The log of what operators did to gateways; it holds no settings. */
  readonly gatewaysLog: CampaignSettingsStore;
  /** Gateways on this store; one that shares it with nobody names none. */
  readonly roster: GatewayRoster;
  /** A secret that all gateways on this store have in common; for those that configured none. */
  secret(): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** How long a gateway waits for Redis when it starts; it starts without it all the same. */
const START_PATIENCE_MS = 2000;

export interface StoreOptions {
  readonly config: Config;
  /** Ids of the upstreams in force. */
  readonly upstreams: () => readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly observe: CallObserver;
  /** Told of every claim of a campaign that was let in without the store. */
  readonly onFallback: (campaign: string) => void;
}

export async function openStore(options: StoreOptions): Promise<Store> {
  return options.config.store.kind === 'redis' ? await openRedis(options) : openMemory(options);
}

function openMemory({ clock }: StoreOptions): Store {
  const slots = new Map<string, MemorySlots>();
  const opened = new Map<string, OpenedCampaign>();
  return {
    facts: { up: true, mode: 'normal', breaker: 'closed' },
    open(campaign) {
      // Whoever had a place when the campaign was taken out of the configuration has it still.
      const known = opened.get(campaign.id);
      if (known !== undefined) return known;
      const shared = slots.get(campaign.upstream) ?? new MemorySlots();
      slots.set(campaign.upstream, shared);
      const exchanges = new MemoryCampaignStore(shared, clock);
      const granted = { read: async () => ({ names: [...exchanges.book.marks], next: '' }) };
      const made = { exchanges, settings: new MemorySettingsStore(exchanges), granted };
      opened.set(campaign.id, made);
      return made;
    },
    gatewaysLog: new MemorySettingsStore(),
    roster: { seen: async () => [] },
    secret: async () => randomBytes(32),
    close: async () => {},
  };
}

async function openRedis(options: StoreOptions): Promise<Store> {
  const { config, clock, random, logger, observe } = options;
  const { store } = config;
  const connection = connectRedis(store, logger);
  const calls = new StoreCalls({ connection, clock, random, deadlineMs: store.deadlineMs, observe });
  const scripts = loadScripts();
  const script = scripts.get('exchange');
  await connection.ready(AbortSignal.timeout(START_PATIENCE_MS)).catch((err: unknown) => {
    logger.warn({ err, waitedMs: START_PATIENCE_MS }, 'Redis is not ready; starting without it');
  });
  const localSlots = new Map<string, MemorySlots>();
  const away = config.campaigns.some(goesOnLocally) ? 'local' : 'closed';
  return {
    facts: {
      get up() {
        return connection.state === 'ready' && calls.breaker.state !== 'open';
      },
      get mode() {
        return calls.breaker.state === 'closed' ? 'normal' : away;
      },
      get breaker() {
        return calls.breaker.state;
      },
    },
    open: (campaign) => {
      const { id, upstream } = campaign;
      const keys = settingsKeys(store.keyPrefix, upstream, id);
      const settings = new RedisSettingsStore({ calls, scripts, keys });
      const remote = new RedisCampaignStore({ calls, script, keyPrefix: store.keyPrefix, upstream, campaign: id });
      const granted = new RedisGrantedMarks(calls, scripts.get('granted'), marksKey(store.keyPrefix, upstream, id));
      if (!goesOnLocally(campaign)) return { exchanges: remote, settings, granted };
      const slots = localSlots.get(upstream) ?? new MemorySlots();
      localSlots.set(upstream, slots);
      const exchanges = new FallbackStore({
        store: remote,
        openLocal: (nowUs) => new MemoryCampaignStore(slots, clock, nowUs),
        clock,
        onDecision: () => options.onFallback(id),
      });
      return { exchanges, settings, granted };
    },
    gatewaysLog: new RedisSettingsStore({ calls, scripts, keys: gatewaysLogKeys(store.keyPrefix) }),
    roster: new RedisGatewayRoster({
      calls,
      script: scripts.get('gateways'),
      keyPrefix: store.keyPrefix,
      upstreams: options.upstreams,
    }),
    secret: () => sharedSecret(connection, store.keyPrefix),
    async close() {
      calls.stop();
      await connection.close();
    },
  };
}

/** With a ledger or a budget, a claim is refused rather than risked. */
function goesOnLocally({ onStoreFailure, claims, budget }: CampaignConfig): boolean {
  return onStoreFailure === 'local' && claims.mode === 'off' && budget.claims === null;
}
