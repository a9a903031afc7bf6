import { describe, expect, it } from '@jest/globals';
import { Counter, Gauge, Histogram } from '../../src/metrics/instruments.js';
import { sampleConfig, sampleMetrics, scrape } from './sample.js';

describe('a histogram', () => {
  it('counts a value on a bound below it, one above all bounds in +Inf, and adds up', async () => {
    const metrics = sampleMetrics();
    const held = metrics.campaign('lny-2026').held();
    for (const seconds of [0.00025, 0.0003, 1, 1.5]) held.observe(seconds);
    const samples = await scrape(metrics);
    const bucket = (le: string) => samples.get(`spillway_hold_duration_seconds_bucket{le="${le}",campaign="lny-2026"}`);
    expect([bucket('0.00025'), bucket('0.0005'), bucket('0.25'), bucket('1'), bucket('+Inf')]).toEqual([1, 2, 2, 3, 4]);
    expect(samples.get('spillway_hold_duration_seconds_count{campaign="lny-2026"}')).toBe(4);
    expect(samples.get('spillway_hold_duration_seconds_sum{campaign="lny-2026"}')).toBeCloseTo(2.50055, 10);
  });
});

describe('labels', () => {
  it('count what no configuration names under _other, however many there are', async () => {
    const metrics = sampleMetrics();
    for (let i = 0; i < 100; i++) {
      metrics.campaign(`guess-${i}`).request('other', 'refused').finished(404, 0.001);
      metrics.campaign('lny-2026').limiterCheck(`guess-${i}`, 'allowed').inc();
      metrics.upstream(`guess-${i}`).answered(200, 0.01);
      metrics
        .campaign('lny-2026')
        .request('claim', 'proxied')
        .finished(250 + i, 0.001);
    }
    const samples = await scrape(metrics);
    expect(samples.get('spillway_requests_total{campaign="_other",route="other",outcome="refused",code="404"}')).toBe(
      100,
    );
    expect(samples.get('spillway_limiter_checks_total{campaign="lny-2026",limit="_other",result="allowed"}')).toBe(100);
    expect(samples.get('spillway_upstream_requests_total{upstream="_other",code="200",error="none"}')).toBe(100);
    const codes = [...samples.keys()].filter((name) => /^spillway_requests_total.*"proxied"/.test(name));
    expect(codes.length).toBeLessThan(25);
    expect(
      samples.get('spillway_requests_total{campaign="lny-2026",route="claim",outcome="proxied",code="_other"}'),
    ).toBeGreaterThan(50);
    expect([...samples.keys()].filter((name) => name.includes('guess'))).toEqual([]);
  });

  it('learn a new configuration; only its revision is shown', async () => {
    const metrics = sampleMetrics();
    metrics.campaign('lny-2026').admitted('direct').inc(7);
    metrics.configured(sampleConfig(2), 'r2', 1_770_000_100_000);
    metrics.campaign('campaign-1').admitted('direct').inc();
    metrics.gateway.reloaded('invalid');
    const samples = await scrape(metrics);
    expect(samples.get('spillway_admissions_total{campaign="lny-2026",path="direct"}')).toBe(7);
    expect(samples.get('spillway_admissions_total{campaign="campaign-1",path="direct"}')).toBe(1);
    expect([...samples.keys()].filter((name) => name.startsWith('spillway_config_info'))).toEqual([
      'spillway_config_info{revision="r2"}',
    ]);
    expect(samples.get('spillway_config_last_reload_successful')).toBe(0);
    expect(samples.get('spillway_config_reloads_total{result="invalid"}')).toBe(1);
    expect(samples.get('spillway_config_last_reload_timestamp_seconds')).toBe(1_770_000_100);
  });
});

describe('gauges', () => {
  it('read the mirrors at the moment of the scrape, and show nothing that is not known', async () => {
    const metrics = sampleMetrics();
    expect((await scrape(metrics)).has('spillway_line_waiting{campaign="lny-2026"}')).toBe(false);
    const campaign = { ...UNKNOWN, waiting: 1 };
    const store = { up: true, mode: 'normal' as 'normal' | 'local', breaker: 'closed' as const };
    metrics.campaign('lny-2026').mirror(campaign);
    metrics.store.mirror(store);
    metrics.gateway.mirror({ connections: 12, draining: true, shedThreshold: 0, workers: 1 });
    metrics
      .upstream('incentives')
      .mirror({ inFlight: 3, limit: 64, breaker: 'half-open', targets: 2, targetsInUse: 1 });
    Object.assign(campaign, { waiting: 40_000, state: 'sold-out' });
    Object.assign(store, { up: false, mode: 'local' });
    const samples = await scrape(metrics);
    const shown = (name: string) => samples.get(`spillway_${name}`);
    expect(shown('line_waiting{campaign="lny-2026"}')).toBe(40_000);
    expect(shown('line_head{campaign="lny-2026"}')).toBeUndefined();
    expect(shown('campaign_state{campaign="lny-2026",state="sold-out"}')).toBe(1);
    expect(shown('campaign_state{campaign="lny-2026",state="open"}')).toBe(0);
    expect([shown('store_up{store="redis"}'), shown('store_mode{mode="local"}')]).toEqual([0, 1]);
    expect([shown('connections'), shown('draining'), shown('workers')]).toEqual([12, 1, 1]);
    expect(shown('upstream_breaker_state{upstream="incentives",state="half-open"}')).toBe(1);
    expect(shown('event_loop_utilization_ratio')).toBeGreaterThanOrEqual(0);
  });

  it('follow requests in flight and ticks', async () => {
    const metrics = sampleMetrics();
    metrics.gateway.inFlight('claim').add(2);
    metrics.gateway.inFlight('claim').add(-1);
    metrics.store.exchanged({ asks: 3, limited: true, ticked: true, seconds: 0.002 }, 1_770_000_000_250);
    const samples = await scrape(metrics);
    expect(samples.get('spillway_requests_in_flight{route="claim"}')).toBe(1);
    expect(samples.get('spillway_tick_last_timestamp_seconds')).toBe(1_770_000_000.25);
    expect(samples.get('spillway_tick_duration_seconds_count')).toBe(1);
  });
});

describe('instruments', () => {
  it('cost nanoseconds', () => {
    const [counter, gauge, histogram] = [new Counter(), new Gauge(), new Histogram([0.1, 0.5, 1, 2, 5, 10])];
    const perCallNs = (run: (i: number) => void): number => {
      const rounds = 1_000_000;
      for (let i = 0; i < rounds; i++) run(i);
      const fromMs = performance.now();
      for (let i = 0; i < rounds; i++) run(i);
      return ((performance.now() - fromMs) * 1e6) / rounds;
    };
    expect(perCallNs(() => counter.inc())).toBeLessThan(100);
    expect(perCallNs(() => gauge.add(1))).toBeLessThan(100);
    expect(perCallNs((i) => histogram.observe(i % 12))).toBeLessThan(100);
  });
});

const UNKNOWN = {
  state: null as 'sold-out' | null,
  waiting: null as number | null,
  maxWaiting: null,
  head: null,
  tail: null,
  noShowRatio: null,
  configuredRatePerSecond: null,
  effectiveRatePerSecond: null,
  burst: null,
  held: null,
};
