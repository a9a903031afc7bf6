/**
 * What a long line costs its store: bytes a waiter, joins a second, and the tick's time, on Redis and embedded. Needs
 * `npm run build` and redis-server. `node --expose-gc bench/line.mjs [--people 1000000] [--ticks 150]`
 *
 * Exit status: 0 every figure is reached, 99 one is not, 1 error.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { startRedis } from './stand/backing.mjs';
import { machineFacts } from './stand/machine.mjs';
import { dist } from './subjects/spillway.mjs';

const { values } = parseArgs({
  options: { people: { type: 'string', default: '1000000' }, ticks: { type: 'string', default: '150' } },
});
const [PEOPLE, TICKS] = [Number(values.people), Number(values.ticks)];
const BATCH = 100;
const CALLS_AT_ONCE = 4;
/** One tick follows another by at least this, or the store leaves it out. */
const BETWEEN_TICKS_MS = 55;

const room = (path) => import(new URL(path, pathToFileURL(`${dist}/`)));
const { MemoryCampaignStore } = await room('admission/memory-campaign-store.js');
const { MemorySlots } = await room('admission/memory-slots.js');
const { RedisCampaignStore } = await room('admission/redis-campaign-store.js');
const { campaignSettings } = await room('admission/settings.js');
const { NO_CLAIMS, NO_HEALTH, NO_PACE } = await room('admission/exchange.js');
const { campaignSchema } = await room('config/campaign-schema.js');
const { upstreamSchema } = await room('config/upstream-schema.js');
const { loadConfig } = await room('config/load.js');
const { systemClock } = await room('kernel/clock.js');
const { createLogger } = await room('kernel/logger.js');
const { connectRedis } = await room('redis/connection.js');
const { loadScripts } = await room('redis/script.js');
const { StoreCalls } = await room('redis/store-calls.js');

const route = { id: 'lny', upstream: 'incentives', routes: [{ path: '/claims' }], queue: { maxWaiting: 100_000_000 } };
const service = upstreamSchema.parse({ id: 'incentives', targets: ['http://127.0.0.1:9'] });
const pace = { ratePerSecond: 500, burst: 50, rateMilli: 0 };
const { exchange: settings } = campaignSettings(campaignSchema.parse(route), service, pace, true, 1000, 1, 0, null);

const quiet = { entered: [], gone: [], spent: [], given: [], retained: [], settled: [], signs: [], seats: [] };
let known = null;

function callOf(changes) {
  return {
    gateway: 'g1',
    settings,
    known: known ?? {
      ...{ epoch: 1, generation: '', heads: [0, 0], tails: [0, 0], doorTat: 0, doorIntervalNs: 0, taken: 0 },
      ...{ released: 0, lottery: null, seats: 0, endsUs: 0, sessionsEndedUs: 0, claims: NO_CLAIMS, pace: NO_PACE },
    },
    generation: 'bench',
    notAfterUs: 0,
    events: { ...quiet, replays: 0, health: NO_HEALTH },
    permits: 0,
    allowance: Number.POSITIVE_INFINITY,
    asks: [],
    tick: false,
    ...changes,
  };
}

const joinOf = () => ({
  ...{ kind: 'join', claimant: randomBytes(16).toString('base64url'), place: null, toldMs: 0, limits: [], buckets: [] },
});

/** @returns joins a second */
async function joinAll(store) {
  let left = PEOPLE / BATCH;
  const began = performance.now();
  const gateway = async () => {
    while (left-- > 0) await store.exchange(callOf({ asks: Array.from({ length: BATCH }, joinOf) }));
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, gateway));
  return PEOPLE / ((performance.now() - began) / 1000);
}

/** @returns the time of each call that ticked, in milliseconds, sorted; as its caller sees it */
async function tick(store) {
  const times = [];
  for (let at = 0; at < TICKS; at++) {
    const began = performance.now();
    const { view } = await store.exchange(callOf({ tick: true }));
    if (view.ticked) times.push(performance.now() - began);
    await pause(BETWEEN_TICKS_MS);
  }
  return times.sort((a, b) => a - b);
}

let reached = true;
function show(what, figure, unit, bar, holds) {
  console.log(
    `| ${what} | ${figure.toFixed(figure < 100 ? 2 : 0)} ${unit} | ${bar} | ${holds ? 'reached' : '**missed**'} |`,
  );
  reached &&= holds;
}

async function measure(name, store, bytesUsed, bars) {
  known = null;
  await store.exchange(callOf({}));
  const before = await bytesUsed();
  const joins = await joinAll(store);
  const bytes = ((await bytesUsed()) - before) / PEOPLE;
  const times = await tick(store);
  const p99 = times[Math.ceil(times.length * 0.99) - 1];
  const few = `${PEOPLE.toLocaleString('en')} waiting, ${name}`;
  show(`${few}: memory a waiter`, bytes, 'B', `≤ ${bars.bytes} B`, bytes <= bars.bytes);
  show(
    `${few}: joins at the store, ${CALLS_AT_ONCE} calls of ${BATCH} at once`,
    joins,
    '/s',
    '≥ 150,000/s',
    joins >= 150_000,
  );
  show(`${few}: tick, p99 of ${times.length}, the way there and back included`, p99, 'ms', '≤ 10 ms', p99 <= 10);
}

console.log(JSON.stringify(machineFacts()));
console.log('\n| figure | measured | bar | |\n|---|--:|--:|---|');
const redis = await startRedis();
try {
  const text = `store: { kind: redis, url: 'redis://127.0.0.1:${redis.port}' }\nupstreams: [{ id: a, targets: ['http://127.0.0.1:9'] }]\ncampaigns: [{ id: b, upstream: a, routes: [{ path: /c }] }]`;
  const { config } = loadConfig({ file: 'bench', text, env: {} });
  const connection = connectRedis(config.store, createLogger('silent'));
  await connection.ready(AbortSignal.timeout(10_000));
  const calls = new StoreCalls({ connection, clock: systemClock, random: Math.random, deadlineMs: 10_000 });
  const script = loadScripts().get('exchange');
  const store = new RedisCampaignStore({
    calls,
    script,
    keyPrefix: 'spillway',
    upstream: 'incentives',
    campaign: 'lny',
  });
  const { Redis } = await import('ioredis');
  const asker = new Redis(redis.port, '127.0.0.1');
  const used = async () => Number((await asker.info('memory')).match(/used_memory:(\d+)/)[1]);
  await measure('Redis', store, used, { bytes: 160 });
  asker.disconnect();
  calls.stop();
  await connection.close();
} finally {
  await redis.stop();
}
const heap = async () => {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};
await measure('embedded', new MemoryCampaignStore(new MemorySlots(), systemClock), heap, { bytes: 250 });
process.exit(reached ? 0 : 99);
