import { afterEach, describe, expect, it } from '@jest/globals';
import { GatewayBench, type RunningGateway, sumOf } from '../support/gateway.js';
import type { RecordingUpstream } from '../support/recording-upstream.js';
import { sharedRedis } from '../support/redis-server.js';
import { claim } from './client.js';
import { crowd, excess, recordHandOvers } from './pace.js';

const redis = sharedRedis();
const bench = new GatewayBench();
afterEach(() => bench.stopAll());

const PACE = { ratePerSecond: 100, burst: 10 };
const SLOTS = 8;
const SERVICE_MS = 30;
/** Claims: what a microsecond of rounding is worth. */
const ROUNDING = 0.001;

let round = 0;

async function slowService(): Promise<RecordingUpstream> {
  return bench.recording((_request, response) => {
    setTimeout(() => response.writeHead(201).end('{}'), SERVICE_MS);
  });
}

function open(upstream: RecordingUpstream, redisUrl?: string): Promise<RunningGateway> {
  return bench.open(upstream.url, {
    campaign: { admission: PACE, queue: { poll: { nearMs: 100 } } },
    upstream: { concurrency: { limit: SLOTS } },
    store: redisUrl === undefined ? {} : { keyPrefix: `pace${round}`, deadlineMs: 200 },
    ...(redisUrl === undefined ? {} : { redisUrl }),
  });
}

async function gateways(kind: string, upstream: RecordingUpstream): Promise<RunningGateway[]> {
  round++;
  if (kind === 'memory') return [await open(upstream)];
  return [await open(upstream, redis().url), await open(upstream, redis().url)];
}

function expectBounds(upstream: RecordingUpstream, handOvers: readonly number[]): void {
  expect(handOvers.length).toBe(upstream.requests.length);
  expect(excess(handOvers, PACE)).toBeLessThanOrEqual(ROUNDING);
  expect(upstream.mostInFlight).toBeLessThanOrEqual(SLOTS);
}

/** Four of five people stand before the first gateway. */
const uneven = (running: readonly RunningGateway[]) => (at: number) =>
  running[at % 5 === 0 ? running.length - 1 : 0]!.port;

describe.each([['memory'], ['two gateways on one Redis']])('never over, on %s', (kind) => {
  it('with 300 people at once: all are granted, once each, within the bound', async () => {
    const upstream = await slowService();
    const running = await gateways(kind, upstream);
    const handOvers = recordHandOvers(running);
    const { granted } = await crowd({ people: 300, portOf: uneven(running), patienceMs: 15_000 });
    expect(granted).toBe(300);
    expect(upstream.requests.length).toBe(300);
    expectBounds(upstream, handOvers);
  });

  it('with half of the claims aborted 1 to 40 ms after they were sent', async () => {
    const upstream = await slowService();
    const running = await gateways(kind, upstream);
    const handOvers = recordHandOvers(running);
    const aborts = (at: number, attempt: number): boolean => at % 2 === 0 && attempt < 3;
    const { granted } = await crowd({ people: 150, portOf: uneven(running), aborts, patienceMs: 15_000 });
    expect(granted).toBe(150);
    expectBounds(upstream, handOvers);
    for (const { metrics } of running) expect(sumOf(await metrics(), 'spillway_upstream_in_flight')).toBe(0);
  });

  it('with a service that freezes for a second', async () => {
    const upstream = await slowService();
    const running = await gateways(kind, upstream);
    const handOvers = recordHandOvers(running);
    const { respond } = upstream;
    const frozen: Array<() => void> = [];
    setTimeout(() => {
      upstream.respond = (request, response) => frozen.push(() => respond(request, response));
    }, 400);
    setTimeout(() => {
      upstream.respond = respond;
      for (const thaw of frozen) thaw();
    }, 1400);
    const { granted } = await crowd({ people: 200, portOf: uneven(running), patienceMs: 15_000 });
    expect(granted).toBe(200);
    expectBounds(upstream, handOvers);
  });
});

describe('slots', () => {
  it.each([['memory'], ['Redis']])('of one upstream are shared by its campaigns, on %s', async (kind) => {
    round++;
    const upstream = await slowService();
    const second = {
      id: 'second',
      upstream: 'incentives',
      routes: [{ methods: ['POST'], path: '/campaigns/second/claims' }],
      claimant: { from: 'header', name: 'x-user-id', unverified: true },
      admission: { ratePerSecond: 1000, burst: 100 },
      queue: { holdMs: 5000 },
    };
    const { port } = await bench.open(upstream.url, {
      campaign: { admission: { ratePerSecond: 1000, burst: 100 }, queue: { holdMs: 5000 } },
      campaigns: [second],
      upstream: { concurrency: { limit: 4 } },
      ...(kind === 'Redis' ? { redisUrl: redis().url, store: { keyPrefix: `slots${round}` } } : {}),
    });
    await new Promise((resolve) => setTimeout(resolve, 60));
    const paths = ['/campaigns/lny/claims', '/campaigns/second/claims'];
    const claims = Array.from({ length: 40 }, (_, at) => claim(port, `u${at}`, { path: paths[at % 2]! }));
    const statuses = (await Promise.all(claims)).map(({ status }) => status);
    expect(statuses.every((status) => status === 201 || status === 429)).toBe(true);
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThan(10);
    expect(upstream.mostInFlight).toBeLessThanOrEqual(4);
    const seen = new Set(upstream.requests.map(({ headers }) => headers['spillway-campaign']));
    expect([...seen].sort()).toEqual(['lny', 'second']);
  });
});

describe('a blind retrier', () => {
  it('gets through by Retry-After alone, without ever showing a ticket', async () => {
    const upstream = await bench.recording();
    const { port } = await bench.open(upstream.url, {
      campaign: { admission: { ratePerSecond: 5, burst: 1 }, queue: { holdMs: 50, poll: { nearMs: 100 } } },
    });
    const people = Array.from({ length: 8 }, async (_, at) => {
      for (let attempt = 1; attempt <= 12; attempt++) {
        const answer = await claim(port, `blind${at}`);
        if (answer.status === 201) return attempt;
        expect(answer.headers['spillway-code']).toBe('QUEUED');
        await new Promise((resolve) => setTimeout(resolve, Number(answer.headers['retry-after']) * 1000));
      }
      return Number.POSITIVE_INFINITY;
    });
    const attempts = await Promise.all(people);
    expect(Math.max(...attempts)).toBeLessThan(12);
    expect(upstream.requests.length).toBe(8);
  });
});
