/** Two simulations of the same burst, side by side. */
import type { BurstReport } from '../replay/burst-report.js';
import { whole } from '../replay/report-text.js';
import { sum } from '../replay/verdicts.js';
import { needsOf } from './needs.js';
import type { Simulated } from './simulation.js';

const orDash = <T>(value: T | null, show: (value: T) => string): string => (value === null ? '–' : show(value));
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const ROWS: ReadonlyArray<readonly [string, (report: BurstReport) => string]> = [
  ['granted', (report) => whole(report.granted)],
  ['refused', (report) => whole(sum(report.refused))],
  ['did not come', (report) => whole(report.noShows)],
  ['gave up', (report) => whole(sum(report.gaveUp))],
  ['wait p50', (report) => seconds(report.waitMs.p50)],
  ['wait p99', (report) => seconds(report.waitMs.p99)],
  ['longest line', (report) => whole(needsOf(report).longestLine)],
  ['requests a grant', (report) => report.requestsPerGrant?.toFixed(2) ?? '–'],
  ['all is gone after', (report) => orDash(needsOf(report).soldOutAtSeconds, (value) => `${value.toFixed(0)} s`)],
  ['most requests/s', (report) => whole(needsOf(report).mostRequestsPerSecond)],
  ['most polls/s', (report) => whole(needsOf(report).mostPollsPerSecond)],
  ['fairness', (report) => report.fairness?.toFixed(4) ?? '–'],
  ['crashes', (report) => whole(report.upstream?.crashes ?? 0)],
  ['cores of gateways', (report) => `${needsOf(report).cores}`],
  ['Redis', (report) => `${needsOf(report).shards}`],
];

export function renderComparison(
  names: readonly [string, string],
  [first, second]: readonly [Simulated, Simulated],
): string {
  const width = Math.max(14, names[0].length, names[1].length) + 2;
  const line = (name: string, one: string, other: string): string =>
    `  ${name.padEnd(20)}${one.padStart(width)}${other.padStart(width)}`;
  const rows = ROWS.map(([name, show]) => line(name, show(first.report), show(second.report)));
  const broken = [first, second].map(({ report }) => {
    const promises = report.verdicts.filter(({ held }) => held === false).map(({ promise }) => promise);
    return promises.length === 0 ? 'every promise it could see was kept' : `broken: ${promises.join(', ')}`;
  });
  const verdicts = names.map((name, at) => `  ${name}: ${broken[at]}`);
  return `\n${[line('', names[0], names[1]), ...rows, '', ...verdicts].join('\n')}\n`;
}
