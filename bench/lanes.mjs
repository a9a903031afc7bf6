/**
 * What lanes take off the shard of the line: processor time of each Redis a claim, for one Redis and for a Cluster of
 * three masters with lanes, of which one has the line alone. The stores are asked directly, in calls of 100, so that no
 * gateway stands between. Needs
 * `npm run build` and redis-server. `node bench/lanes.mjs [--people 20000] [--lanes 12] [--answer 400]`
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import {
  atOnce,
  BATCH,
  callOf,
  connectTo,
  KEYS,
  lineOn,
  memoryUsed,
  NOTHING_KNOWN,
  scripts,
  settingsOf,
} from './line/direct-store.mjs';
import { startRedis } from './stand/backing.mjs';
import { startCluster } from './stand/cluster.mjs';
import { machineFacts } from './stand/machine.mjs';
import { room } from './subjects/spillway.mjs';

const option = (value) => ({ type: 'string', default: String(value) });
const { values } = parseArgs({ options: { people: option(20_000), lanes: option(12), answer: option(400) } });
const [PEOPLE, LANES, ANSWER_BYTES] = [values.people, values.lanes, values.answer].map(Number);
/** As long as the line keeps a copy of what a lane has. */
const LINGER_MS = 16_000;

const { bucketRate } = await room('buckets/gcra.js');
const { inLanes } = await room('compose/lanes.js');
const { systemClock } = await room('kernel/clock.js');
const { createLogger } = await room('kernel/logger.js');
const { Shards } = await room('redis/shards.js');

const limits = [bucketRate(50, 0.01)];
const answer = `gAbCd.0123456789abcdef\n-\n201t\n\n${'x'.repeat(ANSWER_BYTES)}`;

/** @param ratePerSecond - so high that everybody enters, or so low that everybody joins */
const pacedAt = (ratePerSecond) => ({
  ...settingsOf({ ratePerSecond, burst: ratePerSecond }, { mode: 'per-claimant' }),
  slots: 0,
});

async function session(store, settings) {
  let known = NOTHING_KNOWN;
  const send = async (changes) => {
    const reply = await store.exchange(callOf(settings, known, changes));
    known = { ...known, generation: reply.view.generation, taken: reply.view.taken, released: reply.view.taken };
    return reply;
  };
  await send({});
  await pause(1500);
  return send;
}

const people = Array.from({ length: PEOPLE }, () => randomBytes(16).toString('base64url'));
const askOf = (kind, claimant) => ({
  ...{ kind, claimant, place: null, toldMs: 0, limits, buckets: [`per-user:${claimant}`] },
  ledger: kind === 'join' ? null : { key: `e${claimant}`, attempt: `a${claimant}`, memo: '- -', repeats: '' },
});
const endOf = (claimant) => ({
  ...{ key: `e${claimant}`, attempt: `a${claimant}`, outcome: 'granted', text: answer, keepMs: 86_400_000 },
  ...{ markMs: 864_000_000, counts: true, generation: 'bench', era: 0 },
});

/** Everybody once, some calls at a time. @returns results by kind */
async function everybody(of) {
  const kinds = {};
  let from = 0;
  await atOnce(async () => {
    const batch = people.slice(from, from + BATCH);
    from += BATCH;
    if (batch.length === 0) return false;
    for (const { kind } of await of(batch)) kinds[kind] = (kinds[kind] ?? 0) + 1;
    return true;
  });
  return kinds;
}

async function cpuUs(client) {
  const text = await client.info('cpu');
  const [, sys] = /used_cpu_sys_main_thread:([\d.]+)/.exec(text);
  const [, user] = /used_cpu_user_main_thread:([\d.]+)/.exec(text);
  return (Number(sys) + Number(user)) * 1e6;
}

/** Microseconds a person of each shard, and how many bytes each holds more. */
async function measure(clients, act) {
  const before = await Promise.all(clients.map(cpuUs));
  const bytes = await Promise.all(clients.map(memoryUsed));
  const kinds = await act();
  await pause(300);
  const us = (await Promise.all(clients.map(cpuUs))).map((after, at) => (after - before[at]) / PEOPLE);
  const more = (await Promise.all(clients.map(memoryUsed))).map((after, at) => (after - bytes[at]) / PEOPLE);
  return { us, more, kinds };
}

async function runOn(yaml, clients, lanes) {
  const logger = createLogger('silent');
  const connection = await connectTo(yaml);
  const { keyPrefix, upstream } = KEYS;
  const shared = { connection, clock: systemClock, random: Math.random, deadlineMs: 10_000, keyPrefix, logger };
  const shards = new Shards({ ...shared, by: 'upstream' });
  const laneShards = new Shards({ ...shared, by: 'lane' });
  const open = (id) => {
    const line = lineOn(shards.of(upstream), id, lanes > 1);
    return inLanes(line, { lanes, shards, laneShards, scripts, keyPrefix }, { id, upstream });
  };
  const send = await session(open('claims'), pacedAt(10_000_000));
  const rows = {};
  rows['claim with a limit and the ledger, answered and stored'] = await measure(clients, async () => {
    const kinds = await everybody(async (batch) => {
      const { results } = await send({ asks: batch.map((who) => askOf('claim', who)) });
      await send({ events: { settled: batch.map(endOf) } });
      return results;
    });
    for (let at = 0; at < 3; at++) await send({ tick: true });
    // The line's own copies end.
    if (lanes > 1) await pause(LINGER_MS);
    return kinds;
  });
  rows['repeat of a claim that was granted'] = await measure(clients, () =>
    everybody(async (batch) => (await send({ asks: batch.map((who) => askOf('claim', who)) })).results),
  );
  const join = await session(open('joins'), pacedAt(1));
  rows['join with a limit'] = await measure(clients, () =>
    everybody(async (batch) => (await join({ asks: batch.map((who) => askOf('join', who)) })).results),
  );
  shards.stop();
  laneShards.stop();
  await connection.close();
  return rows;
}

console.log(JSON.stringify(machineFacts()));
const one = await startRedis();
const client = new Redis(one.port, '127.0.0.1');
const without = await runOn(`{ kind: redis, url: 'redis://127.0.0.1:${one.port}' }`, [client], 1);
client.disconnect();
await one.stop();
const cluster = await startCluster(Redis, 3, KEYS.upstream);
const nodes = JSON.stringify(cluster.nodes);
const withLanes = await runOn(`{ kind: redis, lanes: ${LANES}, cluster: ${nodes} }`, cluster.clients, LANES);
await cluster.stop();

console.log(`\n${PEOPLE} people, ${LANES} lanes, answers of ${ANSWER_BYTES} bytes; a person takes of each Redis\n`);
console.log('| | one Redis, µs | the line, µs | lanes, µs | one against the line | bytes: one; line; lanes |');
console.log('|---|--:|--:|--:|--:|--:|');
const figures = (list, digits) => list.map((one) => one.toFixed(digits)).join(' + ');
for (const [what, { us, more, kinds }] of Object.entries(without)) {
  const laned = withLanes[what];
  if (JSON.stringify(kinds) !== JSON.stringify(laned.kinds)) throw new Error(`${what}: not the same answers`);
  const [line, ...lanes] = laned.us;
  const bytes = [more[0].toFixed(0), laned.more[0].toFixed(0), figures(laned.more.slice(1), 0)].join('; ');
  const ratio = `${(us[0] / line).toFixed(2)} ×`;
  console.log(`| ${[what, us[0].toFixed(1), line.toFixed(1), figures(lanes, 1), ratio, bytes].join(' | ')} |`);
}
