/** What a long line costs its store: bytes a waiter, joins a second, and the tick's time, on Redis and embedded. */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startRedis } from '../stand/backing.mjs';
import { SUBJECT_CORE, stepAside, stepTo } from '../stand/machine.mjs';
import { cpuUs } from '../stand/processes.mjs';
import { atLeast, atMost } from './row.mjs';
import { room } from './world.mjs';

const BATCH = 100;
const CALLS_AT_ONCE = 4;
const LEAST_JOINS = 150_000;
const TIMED_JOINS = 300_000;
/** One tick follows another by at least this, or the store leaves it out. */
const BETWEEN_TICKS_MS = 55;

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

/** Drawn for many at once: one by one, the system's random octets would cost more than the joins. */
let names = Buffer.alloc(0);
let drawn = 0;
function claimant() {
  if (drawn === names.length) {
    names = randomBytes(16 * 4096);
    drawn = 0;
  }
  drawn += 16;
  return names.toString('base64url', drawn - 16, drawn);
}

const joinOf = () => ({
  ...{ kind: 'join', claimant: claimant(), place: null, toldMs: 0, limits: [], buckets: [] },
});

/** @returns joins a second */
async function joinAll(store, people) {
  let left = people / BATCH;
  const began = performance.now();
  const gateway = async () => {
    while (left-- > 0) await store.exchange(callOf({ asks: Array.from({ length: BATCH }, joinOf) }));
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, gateway));
  return people / ((performance.now() - began) / 1000);
}

/** @returns the time of each call that ticked, in milliseconds, sorted; as its caller sees it */
async function tick(store, ticks) {
  const times = [];
  for (let at = 0; at < ticks; at++) {
    const began = performance.now();
    const { view } = await store.exchange(callOf({ tick: true }));
    if (view.ticked) times.push(performance.now() - began);
    await pause(BETWEEN_TICKS_MS);
  }
  return times.sort((a, b) => a - b);
}

/** @returns what a store takes: joins a second, bytes a waiter, and the 99th percentile of the tick, in milliseconds */
async function measured(store, bytesUsed, { people, ticks }) {
  known = null;
  await store.exchange(callOf({}));
  const before = await bytesUsed();
  const joins = await joinAll(store, people);
  const bytes = ((await bytesUsed()) - before) / people;
  const times = await tick(store, ticks);
  return { joins, bytes, tickMs: times[Math.ceil(times.length * 0.99) - 1], ticked: times.length };
}

function rowsOf(name, { joins, bytes, tickMs, ticked }, people, mostBytes, remark = '') {
  const many = `${people.toLocaleString('en')} waiting, ${name}`;
  return [
    atMost(`${many}: memory a waiter`, bytes, 'B', mostBytes),
    atLeast(`${many}: joins a second, ${CALLS_AT_ONCE} calls of ${BATCH} at once${remark}`, joins, '', LEAST_JOINS),
    atMost(`${many}: tick, p99 of ${ticked}, as its caller sees it`, tickMs, 'ms', 10),
  ];
}

async function onRedis(options) {
  const redis = await startRedis();
  const text = `store: { kind: redis, url: 'redis://127.0.0.1:${redis.port}' }\nupstreams: [{ id: a, targets: ['http://127.0.0.1:9'] }]\ncampaigns: [{ id: b, upstream: a, routes: [{ path: /c }] }]`;
  const { config } = loadConfig({ file: 'bench', text, env: {} });
  const connection = connectRedis(config.store, createLogger('silent'));
  await connection.ready(AbortSignal.timeout(10_000));
  const calls = new StoreCalls({ connection, clock: systemClock, random: Math.random, deadlineMs: 10_000 });
  const script = loadScripts().get('exchange');
  const names = { keyPrefix: 'spillway', upstream: 'incentives', campaign: 'lny' };
  const asker = new Redis(redis.port, '127.0.0.1');
  const used = async () => Number((await asker.info('memory')).match(/used_memory:(\d+)/)[1]);
  try {
    const found = await measured(new RedisCampaignStore({ calls, script, ...names }), used, options);
    return { ...found, ...(await joinTime(calls, script, { ...names, campaign: 'alone' }, redis.pid)) };
  } finally {
    asker.disconnect();
    calls.stop();
    await connection.close();
    await redis.stop();
  }
}

/** Processor time that a join takes of Redis, and of the gateway that sends it and reads the answer. */
async function joinTime(calls, script, names, pid) {
  known = null;
  const store = new RedisCampaignStore({ calls, script, ...names });
  const [redisUs, own] = [cpuUs(pid), process.cpuUsage()];
  await joinAll(store, TIMED_JOINS);
  const { user, system } = process.cpuUsage(own);
  return { redisUs: (cpuUs(pid) - redisUs) / TIMED_JOINS, gatewayUs: (user + system) / TIMED_JOINS };
}

export async function measure(options) {
  // Redis runs on the core of the load.
  stepTo(SUBJECT_CORE);
  const { people } = options;
  try {
    const redis = await onRedis(options);
    const each = `; a join takes ${redis.redisUs.toFixed(1)} µs of Redis and ${redis.gatewayUs.toFixed(1)} µs of the one process that makes, sends and reads them`;
    const embedded = await measured(new MemoryCampaignStore(new MemorySlots(), systemClock), heapBytes, options);
    return [
      ...rowsOf('Redis', redis, people, 160, each),
      atLeast(`Redis: joins a second that its own processor time allows`, 1e6 / redis.redisUs, '', LEAST_JOINS),
      ...rowsOf('embedded', embedded, people, 250),
    ];
  } finally {
    stepAside();
  }
}

async function heapBytes() {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
