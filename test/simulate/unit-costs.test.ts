import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { UNIT_COSTS } from '../../src/simulate/unit-costs.js';

const page = readFileSync(new URL('../../docs/capacity.md', import.meta.url), 'utf8');
const { gatewayUs, redisUs, reserve } = UNIT_COSTS;
/** The crowd of the page, a second. */
const JOINS = 167_000;
const CLAIMS = 2000;
const POLLS = 330_000;

describe('the page on capacity', () => {
  it('names the costs that simulations count with', () => {
    const costs = [...page.matchAll(/^\| (?:claim|poll)[^|]*\| ([\d.]+) \| ([\d.]+|none) \|$/gm)].map((row) =>
      row.slice(1),
    );
    expect(costs).toEqual([
      [String(gatewayUs.admitted), String(redisUs.admitted)],
      [String(gatewayUs.queued), String(redisUs.queued)],
      [String(gatewayUs.poll), 'none'],
    ]);
  });

  it('plans ten million people in a minute by them', () => {
    const planned = (us: number): number => Math.ceil(us / 1e6 / (1 - reserve));
    const cores = planned(JOINS * gatewayUs.queued + CLAIMS * gatewayUs.admitted + POLLS * gatewayUs.poll);
    const masters = planned(JOINS * redisUs.queued + CLAIMS * redisUs.admitted);
    expect(page).toContain(`**${cores} cores** | **${masters} masters**`);
  });
});
