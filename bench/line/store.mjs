/** What a long line costs its store: bytes a waiter, joins a second, and the tick's time, on Redis and embedded. */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startRedis } from '../stand/backing.mjs';
import { SUBJECT_CORE, stepAside, stepTo } from '../stand/machine.mjs';
import { cpuUs } from '../stand/processes.mjs';
import { room } from '../subjects/spillway.mjs';
import {
  atOnce,
  BATCH,
  CALLS_AT_ONCE,
  callOf,
  connectTo,
  lineOn,
  memoryUsed,
  NOTHING_KNOWN,
  settingsOf,
} from './direct-store.mjs';
import { atLeast, atMost } from './row.mjs';

const LEAST_JOINS = 150_000;
const TIMED_JOINS = 300_000;
/** One tick follows another by at least this, or the store leaves it out. */
const BETWEEN_TICKS_MS = 55;

const { MemoryCampaignStore } = await room('admission/memory-campaign-store.js');
const { MemorySlots } = await room('admission/memory-slots.js');
const { systemClock } = await room('kernel/clock.js');
const { StoreCalls } = await room('redis/store-calls.js');

const settings = settingsOf({ ratePerSecond: 500, burst: 50 });
const callOfNew = (changes) => callOf(settings, NOTHING_KNOWN, changes);

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
  await atOnce(async () => {
    if (left-- <= 0) return false;
    await store.exchange(callOfNew({ asks: Array.from({ length: BATCH }, joinOf) }));
    return true;
  });
  return people / ((performance.now() - began) / 1000);
}

/** @returns the time of each call that ticked, in milliseconds, sorted; as its caller sees it */
async function tick(store, ticks) {
  const times = [];
  for (let at = 0; at < ticks; at++) {
    const began = performance.now();
    const { view } = await store.exchange(callOfNew({ tick: true }));
    if (view.ticked) times.push(performance.now() - began);
    await pause(BETWEEN_TICKS_MS);
  }
  return times.sort((a, b) => a - b);
}

/** @returns what a store takes: joins a second, bytes a waiter, and the 99th percentile of the tick, in milliseconds */
async function measured(store, bytesUsed, { people, ticks }) {
  await store.exchange(callOfNew({}));
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
  const connection = await connectTo(`{ kind: redis, url: 'redis://127.0.0.1:${redis.port}' }`);
  const calls = new StoreCalls({ connection, clock: systemClock, random: Math.random, deadlineMs: 10_000 });
  const asker = new Redis(redis.port, '127.0.0.1');
  try {
    const found = await measured(lineOn(calls, 'lny'), () => memoryUsed(asker), options);
    return { ...found, ...(await joinTime(lineOn(calls, 'alone'), redis.pid)) };
  } finally {
    asker.disconnect();
    calls.stop();
    await connection.close();
    await redis.stop();
  }
}

/** Processor time that a join takes of Redis, and of the gateway that sends it and reads the answer. */
async function joinTime(store, pid) {
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
