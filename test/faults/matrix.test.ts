/**
 * Faults of the store, each at every moment of a campaign's life. Whatever happens: everybody who goes on asking is
 * served, nobody twice, and the service never gets more than the door allows.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { pause } from '../claims/kit.js';
import { closePeople, type Outcome, person } from '../claims/people.js';
import { GatewayBench, type RunningGateway } from '../support/gateway.js';
import type { RecordingUpstream } from '../support/recording-upstream.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { tell } from '../support/redis-topologies.js';
import { LinkProxy } from './link-proxy.js';
import { mostWithin, record } from './record.js';

jest.setTimeout(120_000);

const RATE = 40;
const BURST = 5;
const PEOPLE = 80;
const OUTAGE_MS = 1500;

interface Stage {
  readonly redis: RedisServer;
  readonly link: LinkProxy;
}

/** Each begins, lasts, and is over when it resolves. */
const FAULTS: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  'Redis killed, started again with its file': async ({ redis }) => {
    await redis.kill();
    await pause(OUTAGE_MS);
    await redis.start();
  },
  'Redis frozen': async ({ redis }) => {
    redis.freeze();
    await pause(OUTAGE_MS);
    redis.thaw();
  },
  'Redis emptied (FLUSHALL)': async ({ redis }) => {
    await tell(redis.port, 'flushall');
  },
  'partition between gateway and Redis': async ({ link }) => {
    link.partitioned = true;
    await pause(OUTAGE_MS);
    link.partitioned = false;
  },
  '5 % loss and 100 ms latency to Redis': async ({ link }) => {
    link.latencyMs = 50;
    link.loss = 0.05;
    await pause(OUTAGE_MS);
    link.latencyMs = 0;
    link.loss = 0;
  },
};

const bench = new GatewayBench();
let redis: RedisServer;
let link: LinkProxy;
let upstream: RecordingUpstream;
/** Gateway, people and service share this process: what it stood still, it may have seen claims closer together. */
const stoodStill = monitorEventLoopDelay({ resolution: 1 });
stoodStill.enable();

beforeEach(async () => {
  stoodStill.reset();
  redis = await startRedis({ appendonly: true });
  link = await LinkProxy.before(redis.port, Math.random);
  upstream = await bench.recording();
});
afterEach(async () => {
  redis.thaw();
  await bench.stopAll();
  await link.stop();
  await redis.stop();
  closePeople();
});

function open(campaign: Record<string, unknown> = {}, more: Record<string, unknown> = {}): Promise<RunningGateway> {
  return bench.open(upstream.url, {
    redisUrl: link.url,
    store: { deadlineMs: 150 },
    server: { leaveMs: 200 },
    campaign: {
      admission: { ratePerSecond: RATE, burst: BURST },
      queue: { holdMs: 50, poll: { nearMs: 100, maxMs: 500 } },
      ...campaign,
    },
    ...more,
  });
}

function crowd(ports: readonly number[], count = PEOPLE): Promise<Outcome[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => person(ports, `user-${i}`, i)));
}

function expectPromises(fault: string, moment: string, outcomes: readonly Outcome[], healedMs: number): void {
  const times = upstream.requests.map(({ atMs }) => atMs);
  const claimants = upstream.requests.map(({ headers }) => String(headers['spillway-claimant']));
  const most = mostWithin(times, 1000);
  const granted = outcomes.filter(({ end }) => end === 'granted').length;
  const first = times.filter((atMs) => atMs > healedMs).sort((a, b) => a - b)[0];
  const normalMs = first === undefined ? 0 : Math.round(first - healedMs);
  record({ fault, moment, figures: { people: outcomes.length, granted, most, normalMs } });
  expect(outcomes.every(({ end }) => end === 'granted' || end === 'SOLD_OUT' || end === 'sold-out')).toBe(true);
  expect(new Set(claimants).size).toBe(claimants.length);
  // One is for the edge of the window.
  const stoodStillS = stoodStill.max / 1e9;
  expect(most).toBeLessThanOrEqual(BURST + RATE * (1 + stoodStillS) + 1);
}

describe.each(Object.entries(FAULTS))('%s', (fault, strike) => {
  it('while idle: the first who come afterwards are served', async () => {
    const { port } = await open();
    await strike({ redis, link });
    const healedMs = performance.now();
    const outcomes = await crowd([port], 20);
    expect(outcomes.every(({ end }) => end === 'granted')).toBe(true);
    expectPromises(fault, 'idle', outcomes, healedMs);
  });

  it('in the opening second: everybody is served, none twice, never over the door', async () => {
    const { port } = await open();
    const people = crowd([port]);
    await pause(200);
    await strike({ redis, link });
    const healedMs = performance.now();
    const outcomes = await people;
    expect(outcomes.every(({ end }) => end === 'granted')).toBe(true);
    expectPromises(fault, 'opening second', outcomes, healedMs);
  });

  it('with a full line: everybody keeps the place, and is served', async () => {
    const { port } = await open();
    const people = crowd([port]);
    await upstream.arrived(PEOPLE / 3);
    await strike({ redis, link });
    const healedMs = performance.now();
    const outcomes = await people;
    expect(outcomes.every(({ end }) => end === 'granted')).toBe(true);
    expectPromises(fault, 'full line', outcomes, healedMs);
  });

  it('when sold out: nobody beyond the budget is granted anything', async () => {
    const budget = 30;
    const ledger = { claims: { mode: 'per-claimant' }, budget: { claims: budget } };
    const { port } = await open(ledger, { upstream: { idempotent: true } });
    const people = crowd([port]);
    await upstream.arrived(budget);
    await strike({ redis, link });
    const healedMs = performance.now();
    const outcomes = await people;
    const late = await Promise.all([100, 101, 102].map((i) => person([port], `user-${i}`)));
    expect(outcomes.filter(({ end }) => end === 'granted').length).toBeLessThanOrEqual(budget);
    expect(late.some(({ end }) => end === 'granted')).toBe(false);
    expectPromises(fault, 'sold out', outcomes, healedMs);
  });

  it('while one of two gateways drains: the other serves everybody', async () => {
    const gateways = [await open(), await open()];
    const people = crowd(gateways.map(({ port }) => port));
    await upstream.arrived(PEOPLE / 4);
    const [status] = await Promise.all([gateways[0]!.gateway.stop(), strike({ redis, link })]);
    const healedMs = performance.now();
    const outcomes = await people;
    expect(status).toBe(0);
    expect(outcomes.every(({ end }) => end === 'granted')).toBe(true);
    expectPromises(fault, 'drain', outcomes, healedMs);
  });
});
