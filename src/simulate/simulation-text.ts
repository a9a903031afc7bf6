/** What a simulation shows beyond the report of its burst: the line over time, and what it would take to carry it. */
import { whole } from '../replay/report-text.js';
import { sparkline } from '../replay/sparkline.js';
import { needsOf } from './needs.js';
import type { Simulated } from './simulation.js';

const WIDTH = 72;

export function renderSimulated({ report, tookMs, virtualMs }: Simulated): string {
  const { seconds } = report;
  const needs = needsOf(report);
  const rows: ReadonlyArray<readonly [string, readonly number[]]> = [
    ['arriving', seconds.offered],
    ['in line', seconds.waiting],
    ['claims', seconds.sent.map((sent, second) => sent - (seconds.polls[second] ?? 0))],
    ['polls', seconds.polls],
    ['granted', seconds.granted],
  ];
  const pictures = rows.map(([name, values]) => {
    const most = values.reduce((high, value) => Math.max(high, value), 0);
    return `  ${name.padEnd(10)}${sparkline(values, WIDTH).padEnd(WIDTH)} most ${whole(most)}`;
  });
  const end =
    needs.soldOutAtSeconds === null ? '' : `  all is gone after ${whole(Math.round(needs.soldOutAtSeconds))} s\n`;
  return (
    `${pictures.join('\n')}\n\n${end}` +
    `  at most ${whole(needs.longestLine)} in line; ${whole(needs.mostRequestsPerSecond)} requests a second, ` +
    `${whole(needs.mostPollsPerSecond)} of them polls\n` +
    `  which about ${counted(needs.cores, 'core')} of gateways and ${counted(needs.shards, 'Redis', 'Redis')} carry, ` +
    `half of each in reserve (estimated)\n` +
    `  ${whole(Math.round(virtualMs / 1000))} s went by in ${(tookMs / 1000).toFixed(1)} s: ` +
    `${whole(Math.round((report.arrived / tookMs) * 60_000))} people a minute\n`
  );
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`;
}
