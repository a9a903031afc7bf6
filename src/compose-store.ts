/** Which store stands behind the ports: the embedded one, or Redis. */
import { randomBytes } from 'node:crypto';
import type { CampaignStore } from './admission/exchange.js';
import { MemoryCampaignStore } from './admission/memory-campaign-store.js';
import { MemorySlots } from './admission/memory-slots.js';
import { RedisCampaignStore } from './admission/redis-campaign-store.js';
import type { CampaignConfig, Config } from './config/schema.js';
import type { Clock } from './kernel/clock.js';
import type { Logger } from './kernel/logger.js';
import type { Random } from './kernel/random.js';
import type { StoreFacts } from './metrics/store-metrics.js';
import { connectRedis } from './redis/connection.js';
import { loadScripts } from './redis/script.js';
import { sharedSecret } from './redis/shared-secret.js';
import type { CallObserver } from './redis/store-calls.js';
import { StoreCalls } from './redis/store-calls.js';

export interface Store {
  readonly facts: StoreFacts;
  open(campaign: CampaignConfig): CampaignStore;
  /** A secret that all gateways on this store have in common; for those that configured none. */
  secret(): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** How long a gateway waits for Redis when it starts; it starts without it all the same. */
const START_PATIENCE_MS = 2000;

export interface StoreOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly observe: CallObserver;
}

export async function openStore(options: StoreOptions): Promise<Store> {
  return options.config.store.kind === 'redis' ? await openRedis(options) : openMemory(options);
}

function openMemory({ clock }: StoreOptions): Store {
  const slots = new Map<string, MemorySlots>();
  return {
    facts: { up: true, mode: 'normal', breaker: 'closed' },
    open(campaign) {
      const shared = slots.get(campaign.upstream) ?? new MemorySlots();
      slots.set(campaign.upstream, shared);
      return new MemoryCampaignStore(shared, clock);
    },
    secret: async () => randomBytes(32),
    close: async () => {},
  };
}

async function openRedis({ config, clock, random, logger, observe }: StoreOptions): Promise<Store> {
  const { store } = config;
  const connection = connectRedis(store, logger);
  const calls = new StoreCalls({ connection, clock, random, deadlineMs: store.deadlineMs, observe });
  const script = loadScripts().get('exchange');
  await connection.ready(AbortSignal.timeout(START_PATIENCE_MS)).catch((err: unknown) => {
    logger.warn({ err, waitedMs: START_PATIENCE_MS }, 'Redis is not ready; starting without it');
  });
  return {
    facts: {
      get up() {
        return connection.state === 'ready' && calls.breaker.state !== 'open';
      },
      get mode() {
        return calls.breaker.state === 'closed' ? 'normal' : 'closed';
      },
      get breaker() {
        return calls.breaker.state;
      },
    },
    open: (campaign) =>
      new RedisCampaignStore({
        calls,
        script,
        keyPrefix: store.keyPrefix,
        upstream: campaign.upstream,
        campaign: campaign.id,
      }),
    secret: () => sharedSecret(connection, store.keyPrefix),
    async close() {
      calls.stop();
      await connection.close();
    },
  };
}
