/** Metrics of a small configuration, and a reader of what a scrape says. */
import { configSchema } from '../../src/config/schema.js';
import { createMetrics, type Metrics } from '../../src/metrics/catalogue.js';

export function sampleConfig(campaigns = 1) {
  return configSchema.parse({
    store: { kind: 'redis' },
    upstreams: [{ id: 'incentives', targets: ['http://127.0.0.1:9000'] }],
    campaigns: Array.from({ length: campaigns }, (_, i) => ({
      id: i === 0 ? 'lny-2026' : `campaign-${i}`,
      upstream: 'incentives',
      routes: [{ path: `/campaigns/${i}/claims` }],
      limits: [{ name: 'per-user' }, { name: 'per-address', key: 'address' }],
      schedule: { opensAt: '2026-02-17T00:00:00+08:00', closesAt: '2026-02-18T00:00:00+08:00' },
    })),
  });
}

export function sampleMetrics(campaigns = 1): Metrics {
  return createMetrics({
    version: '0.1.0',
    config: sampleConfig(campaigns),
    revision: 'r1',
    loadedAtMs: 1_770_000_000_500,
    scripts: ['decide', 'tick'],
  });
}

/** Samples of one scrape: `name{labels}` → value. */
export async function scrape(metrics: Metrics): Promise<Map<string, number>> {
  const lines = (await metrics.exposition.text()).split('\n');
  const samples = lines.filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}
