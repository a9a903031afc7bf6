/** A process of its own format: nothing here may be exposed in the classic one. */
import { afterAll, expect, it } from '@jest/globals';
import { createMetrics } from '../../src/metrics/catalogue.js';
import { MergedExposition } from '../../src/metrics/merged-exposition.js';
import { PrometheusServer } from '../dashboards/prometheus-server.js';
import { GatewayBench } from '../support/gateway.js';
import { until } from '../support/until.js';
import { sampleConfig } from './sample.js';

const bench = new GatewayBench();
const prometheus = new PrometheusServer();
afterAll(async () => {
  await prometheus.stop();
  await bench.stopAll();
});

const open = (format: 'classic' | 'openmetrics') =>
  createMetrics({ version: '1', config: sampleConfig(), revision: 'r1', loadedAtMs: 0, format });
const ours = (text: string) => text.split('\n').filter((line) => /^(# \w+ )?spillway_/.test(line));

it('In OpenMetrics two scrapes are equal, end as they must, and name the trace of a request', async () => {
  const metrics = open('openmetrics');
  metrics.campaign('lny-2026').request('claim', 'proxied').finished(201, 0.03, '0af7651916cd43dd8448eb211c80319c');
  const [first, second] = [await metrics.exposition.text(), await metrics.exposition.text()];
  expect(ours(second)).toEqual(ours(first));
  expect(first.match(/# EOF/g)).toHaveLength(1);
  expect(first.endsWith('# EOF\n')).toBe(true);
  expect(metrics.exposition.contentType).toMatch(/^application\/openmetrics-text/);
  expect(first).toContain('# TYPE spillway_admissions counter\n');
  expect(first).toContain('spillway_admissions_total{campaign="lny-2026",path="direct"} 0\n');
  expect(first).toMatch(
    /request_duration_seconds_bucket\{le="0\.05",campaign="lny-2026",route="claim",outcome="proxied"\} 1 # \{trace_id="0af7651916cd43dd8448eb211c80319c"\} 0\.03 \d+/,
  );
  const merged = new MergedExposition('openmetrics');
  const text = await merged.text([{ metrics: await metrics.exposition.snapshot(), leaving: false }]);
  expect(text).toContain('spillway_admissions_total{campaign="lny-2026",path="direct"} 0\n');
  expect(text.endsWith('# EOF\n')).toBe(true);
});

it('The format is the whole process’s: asking for the other is an error, not a wrong page', () => {
  expect(() => open('classic')).toThrow('one format');
});

it('A real Prometheus reads it, with the names that the rules have', async () => {
  const { url } = await bench.recording();
  const { gatewayYaml } = await import('../support/gateway.js');
  const gateway = await bench.openYaml(`${gatewayYaml(url)}metrics: { format: openmetrics }\n`);
  await prometheus.start([gateway.adminUrl.slice('http://'.length)]);
  const now = () => Date.now() / 1000;
  const since = now();
  const reads = async (query: string) => (await prometheus.range(query, since, now() + 1)).length > 0;
  await until(() => reads('up == 1'));
  await until(() => reads('spillway_admissions_total'));
  expect(await reads('up == 0')).toBe(false);
  expect(
    (await reads('spillway_request_duration_seconds_bucket')) || (await reads('spillway_tick_duration_seconds_bucket')),
  ).toBe(true);
});
