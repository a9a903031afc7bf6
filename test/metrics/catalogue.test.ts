import { describe, expect, it } from '@jest/globals';
import { COUNTERS, GAUGES, HISTOGRAMS } from '../../src/metrics/definitions.js';
import { sampleConfig, sampleMetrics, scrape } from './sample.js';

const definitions = [...Object.values(COUNTERS), ...Object.values(GAUGES), ...Object.values(HISTOGRAMS)];

describe('the catalogue', () => {
  it('names every metric once, with the prefix, base units and a sentence of help', () => {
    expect(new Set(definitions.map(({ name }) => name)).size).toBe(definitions.length);
    for (const { name, help } of definitions) {
      expect(name).toMatch(/^spillway_[a-z_]+$/);
      expect(help).toMatch(/^[A-Z1].*\.$/);
    }
    for (const { name } of Object.values(COUNTERS)) expect(name).toMatch(/_total$/);
    for (const { name } of [...Object.values(GAUGES), ...Object.values(HISTOGRAMS)])
      expect(name).not.toMatch(/_total$/);
  });

  it('has exactly the metrics and labels of the reference that are counted so far', () => {
    const table = definitions.map(({ name, labels }) => `${name.slice('spillway_'.length)}(${labels.join(',')})`);
    expect(table.sort()).toEqual(REFERENCE.sort());
  });
});

describe('a scrape', () => {
  it('is in the classic text format, and says the same names and values twice', async () => {
    const metrics = sampleMetrics();
    metrics.campaign('lny-2026').decision('admit', 'direct').inc(3);
    metrics.campaign('lny-2026').request('claim', 'proxied').finished(201, 0.03);
    expect(metrics.exposition.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    const ours = async () => [...(await scrape(metrics))].filter(([name]) => /^spillway_/.test(name));
    const first = await ours();
    expect(await ours()).toEqual(first);
    expect(first.map(([name]) => name)).toContain(
      'spillway_decisions_total{campaign="lny-2026",decision="admit",reason="direct"}',
    );
  });

  it('names every counter with its _total and every type once', async () => {
    const text = await sampleMetrics().exposition.text();
    for (const { name, help } of Object.values(COUNTERS)) {
      expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} counter\n`);
    }
    for (const { name } of Object.values(HISTOGRAMS)) expect(text).toContain(`# TYPE ${name} histogram\n`);
    for (const { name } of Object.values(GAUGES)) expect(text).toContain(`# TYPE ${name} gauge\n`);
    const types = text.split('\n').filter((line) => line.startsWith('# TYPE'));
    expect(new Set(types).size).toBe(types.length);
  });

  it('shows what a campaign can count at 0 before anything happened', async () => {
    const samples = await scrape(sampleMetrics());
    for (const name of [
      'spillway_requests_total{campaign="lny-2026",route="claim",outcome="queued",code="429"}',
      'spillway_requests_total{campaign="lny-2026",route="claim",outcome="client_abort",code="none"}',
      'spillway_decisions_total{campaign="lny-2026",decision="refuse",reason="sold_out"}',
      'spillway_limiter_checks_total{campaign="lny-2026",limit="per-user",result="near_limit"}',
      'spillway_admissions_total{campaign="lny-2026",path="called"}',
      'spillway_ticket_checks_total{campaign="lny-2026",result="bad_signature"}',
      'spillway_upstream_requests_total{upstream="incentives",code="none",error="timeout"}',
      'spillway_store_calls_total{script="decide",result="timeout"}',
      'spillway_store_fallback_decisions_total{campaign="lny-2026",policy="local"}',
      'spillway_shed_total{campaign="lny-2026",class="claim",reason="event_loop"}',
    ]) {
      expect([name, samples.get(name)]).toEqual([name, 0]);
    }
    expect(samples.get('spillway_campaign_opens_timestamp_seconds{campaign="lny-2026"}')).toBe(1_771_257_600);
    expect(samples.get('spillway_config_last_reload_timestamp_seconds')).toBe(1_770_000_000.5);
    expect(samples.get(`spillway_build_info{version="0.1.0",node="${process.version}"}`)).toBe(1);
  });

  it('includes the metrics of Node itself, for any number of gateways in one process', async () => {
    const [one, two] = [sampleMetrics(), sampleMetrics()];
    two.campaign('lny-2026').admitted('direct').inc();
    const name = 'spillway_admissions_total{campaign="lny-2026",path="direct"}';
    const samples = await scrape(one);
    expect(samples.get(name)).toBe(0);
    expect((await scrape(two)).get(name)).toBe(1);
    expect(samples.has('process_cpu_seconds_total')).toBe(true);
  });

  it('stays below 3,000 series with 20 campaigns, five of them busy', async () => {
    const metrics = sampleMetrics(20);
    sampleConfig(20).campaigns.forEach(({ id }, i) => {
      const campaign = metrics.campaign(id);
      campaign.mirror(FACTS);
      campaign.request('claim', 'proxied').finished(200, 0.1);
      if (i >= 5) return;
      for (const outcome of ['queued', 'limited', 'refused'] as const)
        campaign.request('claim', outcome).finished(429, 0.1);
      for (const histogram of [campaign.waited('entered'), campaign.etaRatio(), campaign.held()]) histogram.observe(1);
    });
    const text = await metrics.exposition.text();
    expect(text.split('\n').filter((line) => line.startsWith('spillway_')).length).toBeLessThan(3000);
  });
});

const FACTS = {
  state: 'open' as const,
  waiting: 1,
  maxWaiting: 2,
  head: 3,
  tail: 4,
  noShowRatio: 0,
  configuredRatePerSecond: 5,
  effectiveRatePerSecond: 5,
  burst: 6,
  held: 0,
};

const REFERENCE = `build_info(version,node) config_info(revision) requests_total(campaign,route,outcome,code)
  request_duration_seconds(campaign,route,outcome) overhead_duration_seconds(route) requests_in_flight(route)
  connections() decisions_total(campaign,decision,reason) limiter_checks_total(campaign,limit,result)
  limiter_check_duration_seconds(store) line_waiting(campaign) line_limit(campaign) sessions_active(campaign) sessions_limit(campaign) line_head(campaign)
  line_tail(campaign) line_joins_total(campaign,path) line_leaves_total(campaign,reason)
  line_wait_seconds(campaign,outcome) line_eta_ratio(campaign) line_polls_total(campaign,transport)
  line_early_polls_total(campaign,transport) line_no_show_ratio(campaign) admissions_total(campaign,path)
  admission_configured_rate(campaign) admission_effective_rate(campaign) admission_burst(campaign)
  claims_total(campaign,outcome) budget_remaining_claims(campaign)
  campaign_state(campaign,state) campaign_opens_timestamp_seconds(campaign)
  campaign_closes_timestamp_seconds(campaign) upstream_request_duration_seconds(upstream,code_class)
  upstream_requests_total(upstream,code,error) upstream_in_flight(upstream) upstream_limit(upstream)
  upstream_targets(upstream) upstream_targets_in_use(upstream)
  upstream_breaker_state(upstream,state) hold_duration_seconds(campaign) held_requests(campaign)
  cache_requests_total(campaign,result) shed_total(campaign,class,reason) shed_threshold() event_loop_utilization_ratio() store_up(store) store_mode(mode)
  store_breaker_state(state) store_calls_total(script,result) store_call_duration_seconds(script,result)
  store_batch_size(script) store_fallback_decisions_total(campaign,policy) tick_duration_seconds()
  tick_last_timestamp_seconds() ticket_checks_total(campaign,result) config_last_reload_successful()
  config_last_reload_timestamp_seconds() config_reloads_total(result) admin_actions_total(action,result) log_lines_dropped_total() address_bans_total(step) address_refusals_total(reason) draining() workers()`.split(
  /\s+/,
);
