import { afterEach, describe, expect, it } from '@jest/globals';
import { GatewayBench, sumOf } from '../support/gateway.js';
import { until } from '../support/until.js';
import { claim } from './client.js';
import { crowd } from './pace.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

describe('a gateway that is set far too fast', () => {
  it.each(['gradient', 'aimd'])(
    'learns by %s what the service bears: it never falls, and everybody is served',
    async (mode) => {
      const service = await bench.sample({ serviceMs: 20, parallel: 5, crashAbove: 100 });
      const running = await bench.open(service.url, {
        campaign: {
          admission: { ratePerSecond: 2000, burst: 20 },
          adaptive: { enabled: true },
          queue: { poll: { nearMs: 100 } },
        },
        upstream: { concurrency: { mode, limit: 10, maxLimit: 60 } },
      });
      let least = 2000;
      const looking = setInterval(async () => {
        least = Math.min(least, sumOf(await running.metrics(), 'spillway_admission_effective_rate'));
      }, 250);
      const { granted } = await crowd({ people: 600, portOf: () => running.port, patienceMs: 30_000 });
      clearInterval(looking);
      const { crashes, maxInFlight } = service.stats();
      expect([granted, crashes]).toEqual([600, 0]);
      expect(maxInFlight).toBeLessThanOrEqual(60);
      const samples = await running.metrics();
      expect(sumOf(samples, 'spillway_upstream_in_flight')).toBe(0);
      expect(least).toBeLessThan(2000);
      expect(sumOf(samples, 'spillway_admission_configured_rate')).toBe(2000);
    },
    60_000,
  );
});

describe('a service that is out of reach', () => {
  it('gets single tries only, its people wait in line, and they are served when it is back', async () => {
    const service = await bench.sample({ serviceMs: 5, parallel: 20 });
    const { port, metrics } = await bench.open(service.url, { campaign: { queue: { poll: { nearMs: 100 } } } });
    await service.stop();
    for (let at = 0; at < 5; at++) expect((await claim(port, `early${at}`)).status).toBe(503);
    expect(sumOf(await metrics(), 'spillway_upstream_breaker_state', { state: 'open' })).toBe(1);
    const before = sumOf(await metrics(), 'spillway_upstream_requests_total');
    const answers = await Promise.all(Array.from({ length: 40 }, (_, at) => claim(port, `late${at}`)));
    const codes = answers.map(({ headers }) => headers['spillway-code']);
    expect(codes.filter((code) => code === 'QUEUED').length).toBeGreaterThanOrEqual(38);
    expect(sumOf(await metrics(), 'spillway_upstream_requests_total') - before).toBeLessThanOrEqual(2);
    const again = await bench.sample({ serviceMs: 5, parallel: 20, port: service.port });
    const { granted } = await crowd({ people: 40, portOf: () => port, patienceMs: 20_000 });
    expect([granted, again.stats().granted]).toEqual([40, 40]);
    expect(sumOf(await metrics(), 'spillway_upstream_breaker_state', { state: 'closed' })).toBe(1);
  }, 60_000);
});

describe('a service that asks to be left alone', () => {
  it('is, by the whole campaign, for as long as it said and no longer than is configured', async () => {
    let busy = true;
    const { url } = await bench.recording((_request, response) => {
      if (busy) response.writeHead(503, { 'Retry-After': '3600' }).end('busy');
      else response.writeHead(201).end('{}');
    });
    const { port } = await bench.open(url, {
      campaign: { adaptive: { enabled: true, maxRestMs: 1500 }, queue: { poll: { nearMs: 100 } } },
    });
    const fromMs = performance.now();
    expect((await claim(port, 'ann')).status).toBe(503);
    busy = false;
    expect((await claim(port, 'bob')).headers['spillway-code']).toBe('QUEUED');
    await until(async () => (await claim(port, 'bob')).status === 201);
    expect(performance.now() - fromMs).toBeGreaterThanOrEqual(1500);
  }, 60_000);
});

describe('two targets', () => {
  it('one of which is gone: nobody notices', async () => {
    const [gone, good] = [await bench.sample({ serviceMs: 1 }), await bench.sample({ serviceMs: 1 })];
    await gone.stop();
    const { port } = await bench.open('http://127.0.0.1:1', { upstream: { targets: [gone.url, good.url] } });
    const answers = await Promise.all(Array.from({ length: 100 }, (_, at) => claim(port, `u${at}`)));
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThanOrEqual(99);
  });
});
