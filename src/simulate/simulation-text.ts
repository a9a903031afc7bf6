/** What a simulation shows beyond the report of its burst: the line over time, and what it would take to carry it. */
import type { BurstReport } from '../replay/burst-report.js';
import { whole } from '../replay/report-text.js';
import { sparkline } from '../replay/sparkline.js';
import type { Simulated } from './simulation.js';

const WIDTH = 72;
/** Requests one core of a gateway was measured to answer, a second: claims through the door, and polls. */
const CLAIMS_A_CORE = 28_000;
const POLLS_A_CORE = 60_000;
/** Half of a core is left free for what was not foreseen. */
const HEADROOM = 2;
/** Joins one Redis was measured to take, a second. */
const JOINS_A_SHARD = 300_000;

export interface Needs {
  readonly mostRequestsPerSecond: number;
  readonly mostPollsPerSecond: number;
  readonly longestLine: number;
  readonly cores: number;
  readonly shards: number;
}

export function needsOf({ seconds, polls, requests }: BurstReport): Needs {
  const most = (values: readonly number[]): number => values.reduce((high, value) => Math.max(high, value), 0);
  const mostRequestsPerSecond = most(seconds.sent);
  const mostPollsPerSecond = requests === 0 ? 0 : Math.round((mostRequestsPerSecond * polls) / requests);
  const mostClaims = most(seconds.offered);
  const load = mostClaims / CLAIMS_A_CORE + Math.max(0, mostRequestsPerSecond - mostClaims) / POLLS_A_CORE;
  return {
    mostRequestsPerSecond,
    mostPollsPerSecond,
    longestLine: most(seconds.waiting),
    cores: Math.max(1, Math.ceil(load * HEADROOM)),
    shards: Math.max(1, Math.ceil((mostClaims / JOINS_A_SHARD) * HEADROOM)),
  };
}

export function renderSimulated({ report, tookMs, virtualMs }: Simulated): string {
  const { seconds } = report;
  const needs = needsOf(report);
  const rows: ReadonlyArray<readonly [string, readonly number[]]> = [
    ['arriving', seconds.offered],
    ['in line', seconds.waiting],
    ['requests', seconds.sent],
    ['granted', seconds.granted],
  ];
  const pictures = rows.map(([name, values]) => {
    const most = values.reduce((high, value) => Math.max(high, value), 0);
    return `  ${name.padEnd(10)}${sparkline(values, WIDTH).padEnd(WIDTH)} most ${whole(most)}`;
  });
  return (
    `${pictures.join('\n')}\n\n` +
    `  at most ${whole(needs.longestLine)} in line; ${whole(needs.mostRequestsPerSecond)} requests a second, ` +
    `which about ${needs.cores} cores and ${needs.shards} Redis carry (estimated)\n` +
    `  ${whole(Math.round(virtualMs / 1000))} s went by in ${(tookMs / 1000).toFixed(1)} s: ` +
    `${whole(Math.round((report.arrived / tookMs) * 60_000))} people a minute\n`
  );
}
