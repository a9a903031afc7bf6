/** The report of a burst for people to read. */
import type { Counts, Spread } from './burst-figures.js';
import type { BurstReport } from './burst-report.js';

const TITLES = {
  held: 'HELD: every promise this burst could see was kept',
  broken: 'BROKEN: a promise was not kept',
  invalid: 'INVALID: the burst itself fell behind its plan, so it says nothing about the gateway',
};

/** @returns lines, the last one ended too */
export function renderReport(report: BurstReport): string {
  const rows: Array<readonly [string, string]> = [
    ['granted', `${whole(report.granted)} of ${whole(report.people)} (${percent(report.granted, report.people)})`],
    ['refused', counts(report.refused)],
    ['did not come', `${whole(report.noShows)}, ${whole(report.left)} left`],
    ['gave up', counts(report.gaveUp)],
    ['forged tickets', `${counts(report.caught)} refused, ${report.forgeriesGranted} let in`],
    ['claims/s', decimal(report.claimsPerSecond, 1)],
    ['wait', spread(report.waitMs)],
    ['wait/promised', `p50 ${report.etaRatio.p50.toFixed(2)}  p90 ${report.etaRatio.p90.toFixed(2)}`],
    ['promises kept', `${decimal(report.promisesKept, 4)} of those told how long they would wait`],
    ['fairness', `${decimal(report.fairness, 4)} (served as the ${report.servedBy} saw it)`],
    ['overtaken p99', `${decimal(report.overtakenP99Ms, 0)} ms`],
    ['requests a grant', `${decimal(report.requestsPerGrant, 2)} (${whole(report.requests)} requests)`],
    ['answer time', spread(report.latencyMs)],
    ['failed requests', counts(report.errors)],
    ['answers', counts(report.answers)],
    ['at the service', upstream(report)],
    ['schedule slip', spread(report.slipMs)],
  ];
  const lines = rows.map(([name, value]) => `  ${name.padEnd(18)}${value}`);
  const verdicts = report.verdicts.map(({ promise, held, finding }) => {
    const word = held === null ? 'unseen' : held ? 'held' : 'BROKEN';
    return `  ${word.padEnd(8)}${promise.padEnd(26)}${finding}`;
  });
  return `\n${heading(report)}\n${[...lines, '', ...answerTable(report), ...verdicts, '', TITLES[report.outcome], ''].join('\n')}`;
}

/** Every code that was met, with its status and fields, and what the client did next. */
function answerTable({ answersMet }: BurstReport): string[] {
  const rows = answersMet.map(({ code, status, retryAfter, times, faults, next }) => {
    const form =
      Object.keys(faults).length > 0 ? 'NOT AS DOCUMENTED' : retryAfter === 'always' ? 'Retry-After' : 'final';
    return `  ${code.padEnd(26)}${String(status ?? '–').padEnd(5)}${form.padEnd(19)}${whole(times).padStart(11)}  then ${counts(next)}`;
  });
  return rows.length === 0 ? [] : [...rows, ''];
}

function heading({ options }: BurstReport): string {
  const targets = options.targets.map(({ url }) => url).join(' and ');
  const shape = options.traceFile ?? options.shape;
  return `${shape}: ${whole(options.people)} people within ${options.overSeconds} s on ${options.campaign} at ${targets}, seed ${options.seed}`;
}

function upstream({ upstream: seen }: BurstReport): string {
  if (seen === null) return 'not asked';
  const { received, worstSecond, maxInFlight, crashes } = seen;
  return `${whole(received)} claims, worst second ${worstSecond}, ${maxInFlight} in flight at most, ${crashes} crashes`;
}

function spread({ p50, p90, p99, max }: Spread): string {
  return `p50 ${duration(p50)}  p90 ${duration(p90)}  p99 ${duration(p99)}  max ${duration(max)}`;
}

function duration(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(1)} ms`;
}

function counts(counted: Counts): string {
  const entries = Object.entries(counted).sort(([, a], [, b]) => b - a);
  return entries.length === 0 ? '0' : entries.map(([name, count]) => `${name} ${whole(count)}`).join(', ');
}

export function whole(value: number): string {
  return value.toLocaleString('en-US');
}

function decimal(value: number | null, digits: number): string {
  return value === null ? '–' : value.toFixed(digits);
}

function percent(part: number, all: number): string {
  return all === 0 ? '–' : `${((100 * part) / all).toFixed(1)} %`;
}
