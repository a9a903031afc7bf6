import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { claim } from '../gateway/client.js';
import { crowd, excess, recordHandOvers } from '../gateway/pace.js';
import { GatewayBench, type RunningGateway, sumOf } from '../support/gateway.js';
import { sharedRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { call, change, LNY, operated } from './operator.js';

const redis = sharedRedis();
const bench = new GatewayBench();
afterEach(() => bench.stopAll());

/** What the contract gives a change to reach every gateway, in milliseconds. */
const REACH_MS = 1000;
let keyPrefix = '';
let serial = 0;

async function pair(campaign: Record<string, unknown> = {}) {
  keyPrefix = `shared${serial++}`;
  const upstream = await bench.recording();
  const [a, b] = [await open(upstream.url, campaign), await open(upstream.url, campaign)];
  return { upstream, a, b };
}

function open(upstreamUrl: string, campaign: Record<string, unknown> = {}): Promise<RunningGateway> {
  const store = { keyPrefix, deadlineMs: 500 };
  return bench.open(upstreamUrl, operated({ campaign, store, redisUrl: redis().url }));
}

const live = ({ gateway }: RunningGateway) => gateway.campaigns.get('lny')!.live;
const configuredRate = async (gateway: RunningGateway) =>
  sumOf(await gateway.metrics(), 'spillway_admission_configured_rate');

describe('A change on one of two gateways', () => {
  it('reaches the other, which nobody uses, within a second', async () => {
    const { a, b } = await pair();
    for (const rate of [250, 100, 400]) {
      await change(a, { ratePerSecond: rate }).expect(200);
      const tookMs = await until(() => live(b).effective.campaign.admission.ratePerSecond === rate);
      expect(tookMs).toBeLessThan(REACH_MS);
      expect(await configuredRate(b)).toBe(rate);
    }
    const { body, headers } = await call(b, 'get', LNY);
    expect([body.overrides, headers.etag]).toEqual([{ ratePerSecond: 400 }, '"3"']);
  });

  it('is known to the other at once where it is read there, and If-Match spans both', async () => {
    const { a, b } = await pair();
    await change(a, { burst: 7 }).set('If-Match', '"0"').expect(200);
    expect((await call(b, 'get', LNY)).body.settings.burst).toBe(7);
    await change(b, { burst: 8 }).set('If-Match', '"0"').expect(412);
    await change(b, { burst: 8 }).set('If-Match', '"1"').expect(200);
  });

  it('that pauses holds at the other from the moment it is answered', async () => {
    const { upstream, a, b } = await pair();
    await until(async () => (await claim(b.port, `early${upstream.requests.length}`)).status === 201);
    const before = upstream.requests.length;
    await change(a, { state: 'paused' }).expect(200);
    const answers = await Promise.all([1, 2, 3, 4].map((at) => claim(b.port, `late${at}`)));
    expect(answers.map(({ status }) => status)).toEqual([429, 429, 429, 429]);
    expect(upstream.requests.length).toBe(before);
    const places = answers.map((answer) => answer.json().number as number).sort();
    await until(() => live(b).revision === 1);
    const again = await Promise.all([1, 2, 3, 4].map((at) => claim(b.port, `late${at}`)));
    expect(again.map((answer) => answer.json().number as number).sort()).toEqual(places);
    expect(upstream.requests.length).toBe(before);
    await change(b, { state: 'open' });
    const { granted } = await crowd({ people: 4, portOf: () => a.port, patienceMs: 5000 });
    expect(granted).toBe(4);
  });

  it('that opens puts the service’s word that all is gone aside, on both; an operator’s own word ends it again', async () => {
    const { upstream, a, b } = await pair({ claims: { mode: 'per-claimant' } });
    upstream.respond = (_request, response) => response.writeHead(410, { 'campaign-status': 'sold-out' }).end();
    const codeAt = async ({ port }: RunningGateway, user: string) =>
      (await claim(port, user)).headers['spillway-code'] as string;
    let asked = 0;
    for (const gateway of [a, b]) await until(async () => (await codeAt(gateway, `u${asked++}`)) === 'SOLD_OUT');
    const before = upstream.requests.length;
    expect(await codeAt(b, 'late')).toBe('SOLD_OUT');
    expect(upstream.requests.length).toBe(before);
    upstream.respond = (_request, response) => response.writeHead(201).end('coupon');
    await change(a, { state: 'open' }).expect(200);
    for (const gateway of [b, a]) await until(async () => (await claim(gateway.port, `v${asked++}`)).status === 201);
    await change(b, { state: 'sold-out' }).expect(200);
    expect(await codeAt(b, 'later')).toBe('SOLD_OUT');
    await until(async () => (await codeAt(a, 'later')) === 'SOLD_OUT');
    // Who was granted is told so still.
    const again = await claim(a.port, `v${asked - 1}`);
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([201, 'true']);
  });

  it('survives the restart of all gateways, and holds before the first request', async () => {
    const { upstream, a, b } = await pair();
    await change(a, { state: 'paused', ratePerSecond: 33 });
    await Promise.all([a.gateway.stop(), b.gateway.stop()]);
    const later = await open(upstream.url);
    expect(live(later).revision).toBe(1);
    expect((await claim(later.port, 'ann')).status).toBe(429);
    expect(await configuredRate(later)).toBe(33);
    expect(upstream.requests.length).toBe(0);
  });

  it('is given back to a store that lost it, by a gateway that knows', async () => {
    const { upstream, a } = await pair();
    await change(a, { ratePerSecond: 33 });
    await change(a, { ratePerSecond: 44 });
    const client = new Redis(redis().url);
    await client.flushall();
    await until(async () => (await client.hget(`${keyPrefix}:{incentives}:lny:line`, 'settings')) === '2');
    client.disconnect();
    const later = await open(upstream.url);
    expect((await call(later, 'get', LNY)).body).toMatchObject({ revision: 2, overrides: { ratePerSecond: 44 } });
    await change(later, { ratePerSecond: 55 }).set('If-Match', '"2"').expect(200);
    await until(() => live(a).revision === 3);
    const { chains } = (await call(a, 'get', '/admin/v1/audit')).body;
    expect(chains.lny).toMatchObject({ kind: 'intact', from: 3, to: 3 });
  });

  it('of the rate, up and down with a crowd at both, never lets more through than rate and burst allow', async () => {
    const pace = { ratePerSecond: 100, burst: 10 };
    const { a, b } = await pair({ admission: pace, queue: { poll: { nearMs: 100 } } });
    const handOvers = recordHandOvers([a, b]);
    const coming = crowd({ people: 260, portOf: (at) => (at % 3 === 0 ? a : b).port, patienceMs: 15_000 });
    await until(() => handOvers.length >= 60);
    const raisedMs = performance.now();
    await change(a, { ratePerSecond: 300 });
    await until(() => handOvers.length >= 180);
    await change(b, { ratePerSecond: 40 });
    // Permits that were given before are used within this time, or are void.
    const loweredMs = performance.now() + 20;
    const { granted } = await coming;
    expect(granted).toBe(260);
    expect(
      excess(
        handOvers.filter((at) => at < raisedMs),
        pace,
      ),
    ).toBeLessThan(0.001);
    expect(excess(handOvers, { ratePerSecond: 300, burst: 10 })).toBeLessThan(0.001);
    expect(
      excess(
        handOvers.filter((at) => at > loweredMs),
        { ratePerSecond: 40, burst: 10 },
      ),
    ).toBeLessThan(0.001);
  }, 30_000);
});

describe('Gateways in the admin API', () => {
  it('are those that are alive, and which of them answers', async () => {
    const { a, b } = await pair();
    const named = async (gateway: RunningGateway) => (await call(gateway, 'get', '/admin/v1/gateways')).body;
    const [ofA, ofB] = [await named(a), await named(b)];
    expect(ofA.gateways).toHaveLength(2);
    expect(ofA.gateways.every((one: { alive: boolean }) => one.alive)).toBe(true);
    expect(ofA.self.gateway).not.toBe(ofB.self.gateway);
    expect(ofA.gateways.map((one: { gateway: string }) => one.gateway).sort()).toEqual(
      [ofA.self.gateway, ofB.self.gateway].sort(),
    );
    await b.gateway.stop();
    await until(async () => (await named(a)).gateways.filter((one: { alive: boolean }) => one.alive).length === 1);
  });
});
