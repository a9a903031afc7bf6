import { describe, expect, it } from '@jest/globals';
import { MergedExposition } from '../../src/metrics/merged-exposition.js';
import { sampleMetrics } from './sample.js';

const ADMITTED = 'spillway_admissions_total{campaign="lny-2026",path="direct"}';

function sampleOf(text: string, series: string): number {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? Number.NaN : Number(line.slice(series.length + 1));
}

async function process(admitted: number, waiting: number, leaving = false) {
  const metrics = sampleMetrics();
  metrics.campaign('lny-2026').admitted('direct').inc(admitted);
  const facts = { state: 'open', waiting, maxWaiting: 9, head: 1, tail: 2, noShowRatio: 0, held: 0 } as const;
  const pace = { configuredRatePerSecond: 5, effectiveRatePerSecond: 5, burst: 1, budgetRemaining: null };
  metrics.campaign('lny-2026').mirror({ ...facts, ...pace });
  metrics.gateway.mirror({ connections: 10, draining: leaving, shedThreshold: 0, workers: 1 });
  // As it arrives from another process.
  return { metrics: JSON.parse(JSON.stringify(await metrics.exposition.snapshot())), leaving };
}

describe('the metrics of several processes', () => {
  it('are added up where they count, and the largest where all see the same', async () => {
    const text = await new MergedExposition().text([await process(3, 40), await process(4, 41)]);
    expect(sampleOf(text, ADMITTED)).toBe(7);
    expect(sampleOf(text, 'spillway_line_waiting{campaign="lny-2026"}')).toBe(41);
    expect(sampleOf(text, 'spillway_connections')).toBe(20);
    expect(sampleOf(text, 'spillway_workers')).toBe(2);
    expect(sampleOf(text, 'spillway_config_last_reload_successful')).toBe(1);
  });

  it('do not fall when a process ends', async () => {
    const merged = new MergedExposition();
    await Promise.all([merged.depart((await process(3, 0)).metrics), merged.depart((await process(2, 0)).metrics)]);
    await merged.depart((await process(1, 0)).metrics);
    const text = await merged.text([await process(4, 7)]);
    expect(sampleOf(text, ADMITTED)).toBe(10);
    expect(sampleOf(text, 'spillway_connections')).toBe(10);
  });

  it('take facts from those that stay, and counts from those that leave, too', async () => {
    const text = await new MergedExposition().text([await process(3, 99, true), await process(4, 5)]);
    expect(sampleOf(text, 'spillway_line_waiting{campaign="lny-2026"}')).toBe(5);
    expect(sampleOf(text, ADMITTED)).toBe(7);
    expect(sampleOf(text, 'spillway_connections')).toBe(20);
  });
});
