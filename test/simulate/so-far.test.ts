import { describe, expect, it } from '@jest/globals';
import { simulate } from '../../src/simulate/simulation.js';
import { renderSoFar, type SoFar } from '../../src/simulate/so-far.js';
import { smallWorld } from './small-world.js';

describe('what a simulation tells of itself', () => {
  it('says how far it has come, from the first arrivals to the last grants', async () => {
    const told: SoFar[] = [];
    const { report, virtualMs } = await simulate(smallWorld(), (soFar) => told.push(soFar), 0);
    expect(told.length).toBeGreaterThan(10);
    for (const member of ['virtualMs', 'tookMs', 'arrived', 'granted', 'requests'] as const) {
      const figures = told.map((soFar) => soFar[member]);
      expect(figures).toEqual([...figures].sort((a, b) => a - b));
    }
    const last = told.at(-1) as SoFar;
    expect([last.arrived, last.granted, last.waiting]).toEqual([report.arrived, report.granted, 0]);
    expect(last.virtualMs).toBe(virtualMs);
    expect(Math.max(...told.map(({ waiting }) => waiting))).toBeGreaterThan(100);
  });

  it('says nothing of a short one, whose report is the same', async () => {
    const told: SoFar[] = [];
    const silent = await simulate(smallWorld(), (soFar) => told.push(soFar), Number.POSITIVE_INFINITY);
    const talking = await simulate(smallWorld(), () => undefined, 0);
    expect([told, silent.report]).toEqual([[], talking.report]);
  });

  it('is a line with figures that can be read', () => {
    const soFar = {
      virtualMs: 61_400,
      tookMs: 20_000,
      arrived: 1_000_000,
      granted: 30_000,
      waiting: 9,
      requests: 8155,
    };
    expect(renderSoFar(soFar)).toBe(
      '20 s: 61 s simulated  arrived 1,000,000  granted 30,000  waiting 9  requests 8,155\n',
    );
  });
});
