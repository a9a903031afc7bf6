/** The store on Redis, whatever its topology: what a campaign keeps there, and what happens while it is away. */
import type { CampaignStore } from '../admission/exchange.js';
import { FallbackStore } from '../admission/fallback-store.js';
import { MemoryCampaignStore } from '../admission/memory-campaign-store.js';
import { MemorySlots } from '../admission/memory-slots.js';
import { RedisCampaignStore } from '../admission/redis-campaign-store.js';
import { RedisGatewayRoster } from '../admission/redis-gateway-roster.js';
import { AgreedLanes, RedisLaneCount } from '../admission/redis-lane-count.js';
import { RedisSettingsStore } from '../admission/redis-settings-store.js';
import { RedisClaimsAudit } from '../claims/redis-claims-audit.js';
import { RedisGrantedMarks } from '../claims/redis-granted-marks.js';
import { ConfigError } from '../config/problem.js';
import type { CampaignConfig } from '../config/schema.js';
import type { StoreFacts } from '../metrics/store-metrics.js';
import { STORE_MODES, type StoreMode } from '../metrics/vocabulary.js';
import { connectRedis, type RedisConnection } from '../redis/connection.js';
import {
  campaignKeys,
  claimPrefixesOfLanes,
  gatewaysLogKeys,
  marksKey,
  NO_UPSTREAM,
  settingsKeys,
} from '../redis/keys.js';
import { loadScripts } from '../redis/script.js';
import { Shards } from '../redis/shards.js';
import { sharedSecret } from '../redis/shared-secret.js';
import { inLanes } from './lanes.js';
import type { OpenedCampaign, Store, StoreOptions } from './store-port.js';

/** How long a gateway waits for Redis when it starts; it starts without it all the same. */
const START_PATIENCE_MS = 2000;

/** The part of a claim's deadline that lanes may take: what is left is enough for the line to answer in time. */
const LANE_SHARE = 0.5;

export async function openRedis(options: StoreOptions): Promise<Store> {
  const { config, clock, random, logger, observe } = options;
  const { keyPrefix, deadlineMs, lanes } = config.store;
  const connection = connectRedis(config.store, logger);
  const shared = { connection, clock, random, observe, keyPrefix, logger };
  const shards = new Shards({ ...shared, deadlineMs, by: 'upstream' });
  const laneShards = new Shards({ ...shared, deadlineMs: Math.ceil(deadlineMs * LANE_SHARE), by: 'lane' });
  const scripts = loadScripts();
  await connection.ready(AbortSignal.timeout(START_PATIENCE_MS)).catch((err: unknown) => {
    logger.warn({ err, waitedMs: START_PATIENCE_MS }, 'Redis is not ready; starting without it');
  });
  const laneCounts = new Map<string, RedisLaneCount>();
  const laneCountOf = (upstream: string): RedisLaneCount => {
    const known = laneCounts.get(upstream);
    if (known !== undefined) return known;
    const count = new RedisLaneCount({ connection, calls: shards.of(upstream), keyPrefix, upstream, lanes, logger });
    laneCounts.set(upstream, count);
    return count;
  };
  const close = async (): Promise<void> => {
    shards.stop();
    laneShards.stop();
    await connection.close();
  };
  for (const { id } of config.upstreams) {
    const found = await laneCountOf(id).find();
    if (found.kind !== 'differ') continue;
    await close();
    const { problem, cure } = found;
    const where = { path: 'store.lanes', value: lanes, rule: 'lanes-of-the-store', source: 'the store' };
    throw new ConfigError('store', [{ ...where, problem, cure }]);
  }
  const localSlots = new Map<string, MemorySlots>();
  /** The newest configuration of each campaign that was opened. */
  const opened = new Map<string, CampaignConfig>();
  const modeOf = (campaign: CampaignConfig): StoreMode =>
    shards.of(campaign.upstream).breaker.state === 'closed' ? 'normal' : policyOf(campaign);
  const open = (campaign: CampaignConfig): OpenedCampaign => {
    const { id, upstream } = campaign;
    opened.set(id, campaign);
    const calls = shards.of(upstream);
    const keys = settingsKeys(keyPrefix, upstream, id);
    const settings = new RedisSettingsStore({ calls, scripts, keys });
    const script = scripts.get('exchange');
    const line = new RedisCampaignStore({ calls, script, keyPrefix, upstream, campaign: id, placesAway: lanes > 1 });
    const remote = inLanes(line, { lanes, shards, laneShards, scripts, keyPrefix }, campaign);
    const granted = new RedisGrantedMarks(calls, scripts.get('granted'), marksKey(keyPrefix, upstream, id));
    const policy = policyOf(campaign);
    const audit = new RedisClaimsAudit({
      connection,
      keys: campaignKeys(keyPrefix, upstream, id),
      names: keys,
      scripts,
      laneClaimPrefixes: claimPrefixesOfLanes(keyPrefix, id, lanes),
    });
    const agreed = (store: CampaignStore): CampaignStore => new AgreedLanes(store, laneCountOf(upstream));
    if (policy === 'closed') return { exchanges: agreed(remote), settings, granted, audit };
    const slots = localSlots.get(upstream) ?? new MemorySlots();
    localSlots.set(upstream, slots);
    const exchanges = new FallbackStore({
      policy,
      store: remote,
      openLocal: (nowUs) => new MemoryCampaignStore(slots, clock, nowUs),
      clock,
      onDecision: () => options.onFallback(id, policy),
    });
    return { exchanges: agreed(exchanges), settings, granted, audit };
  };
  return {
    facts: factsOf(connection, shards, laneShards, opened, modeOf),
    get modes() {
      return new Map([...opened].map(([id, campaign]) => [id, modeOf(campaign)]));
    },
    open,
    gatewaysLog: new RedisSettingsStore({ calls: shards.of(NO_UPSTREAM), scripts, keys: gatewaysLogKeys(keyPrefix) }),
    roster: new RedisGatewayRoster({
      callsOf: (upstream) => shards.of(upstream),
      script: scripts.get('gateways'),
      keyPrefix,
      upstreams: options.upstreams,
    }),
    secret: () => sharedSecret(connection, keyPrefix),
    close,
  };
}

/** With a ledger or a budget, a claim is refused rather than risked. */
function policyOf({ onStoreFailure, claims, budget }: CampaignConfig): CampaignConfig['onStoreFailure'] {
  return claims.mode === 'off' && budget.claims === null ? onStoreFailure : 'closed';
}

/** Of several campaigns the one that is furthest from normal shows, and the worst of the breakers, lanes' included. */
function factsOf(
  connection: RedisConnection,
  shards: Shards,
  laneShards: Shards,
  opened: ReadonlyMap<string, CampaignConfig>,
  modeOf: (campaign: CampaignConfig) => StoreMode,
): StoreFacts {
  const furthest: readonly StoreMode[] = ['open', 'closed', 'local', 'normal'];
  const breakers = ['open', 'half-open', 'closed'] as const;
  const states = () => [...opened.values()].map(({ upstream }) => shards.of(upstream).breaker.state);
  return {
    get up() {
      return connection.state === 'ready' && !states().includes('open');
    },
    get mode() {
      const modes = new Set([...opened.values()].map(modeOf));
      return furthest.find((mode) => modes.has(mode)) ?? STORE_MODES[0];
    },
    get breaker() {
      const now = new Set([...states(), ...laneShards.breakerStates]);
      return breakers.find((state) => now.has(state)) ?? 'closed';
    },
  };
}
