/** A store that a measurement asks directly, in calls of many people, so that no gateway stands between. */
import { room } from '../subjects/spillway.mjs';

/** People in one call, and calls under way at once: what a gateway does at most. */
export const BATCH = 100;
export const CALLS_AT_ONCE = 4;

const { RedisCampaignStore } = await room('admission/redis-campaign-store.js');
const { campaignSettings } = await room('admission/settings.js');
const { NO_CLAIMS, NO_HEALTH, NO_PACE } = await room('admission/exchange.js');
const { campaignSchema } = await room('config/campaign-schema.js');
const { upstreamSchema } = await room('config/upstream-schema.js');
const { loadConfig } = await room('config/load.js');
const { createLogger } = await room('kernel/logger.js');
const { connectRedis } = await room('redis/connection.js');
const { loadScripts } = await room('redis/script.js');

/** Where all keys of a measurement lie. */
export const KEYS = { keyPrefix: 'spillway', upstream: 'incentives' };
export const scripts = loadScripts();

/** Of a gateway that has just been born. */
export const NOTHING_KNOWN = {
  ...{ epoch: 1, generation: '', heads: [0, 0], tails: [0, 0], doorTat: 0, doorIntervalNs: 0, taken: 0, released: 0 },
  ...{ lottery: null, seats: 0, endsUs: 0, sessionsEndedUs: 0, claims: NO_CLAIMS, pace: NO_PACE },
};
const QUIET = {
  ...{ entered: [], gone: [], spent: [], given: [], retained: [], settled: [], signs: [], seats: [] },
  ...{ replays: 0, health: NO_HEALTH },
};

/** What a store is told of a campaign with a line that never fills. */
export function settingsOf({ ratePerSecond, burst }, claims = {}) {
  const queue = { maxWaiting: 100_000_000 };
  const shape = { id: 'lny', upstream: 'incentives', routes: [{ path: '/claims' }], queue, claims };
  const service = upstreamSchema.parse({ id: 'incentives', targets: ['http://127.0.0.1:9'] });
  const pace = { ratePerSecond, burst, rateMilli: 0 };
  return campaignSettings(campaignSchema.parse(shape), service, pace, true, 1000, 1, 0, null).exchange;
}

/** @param changes - what differs from a call in which nothing has happened and nobody asks */
export function callOf(settings, known, { events = {}, ...changes }) {
  return {
    ...{ gateway: 'g1', settings, known, generation: 'bench', notAfterUs: 0, permits: 0, tick: false, asks: [] },
    ...{ allowance: Number.POSITIVE_INFINITY, ...changes, events: { ...QUIET, ...events } },
  };
}

/** @param store - as YAML */
export async function connectTo(store) {
  const text = `store: ${store}\nupstreams: [{ id: a, targets: ['http://127.0.0.1:9'] }]\ncampaigns: [{ id: b, upstream: a, routes: [{ path: /c }] }]`;
  const { config } = loadConfig({ file: 'bench', text, env: {} });
  const connection = connectRedis(config.store, createLogger('silent'));
  await connection.ready(AbortSignal.timeout(10_000));
  return connection;
}

/** @param calls - to the Redis of the line */
export function lineOn(calls, campaign, placesAway = false) {
  return new RedisCampaignStore({ calls, script: scripts.get('exchange'), ...KEYS, campaign, placesAway });
}

/** @param client - of a Redis @returns bytes */
export async function memoryUsed(client) {
  return Number(/used_memory:(\d+)/.exec(await client.info('memory'))[1]);
}

/** @param call - sends the next batch; called again and again, by some at once, until it says that nobody is left */
export async function atOnce(call) {
  const gateway = async () => {
    while (await call());
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, gateway));
}
