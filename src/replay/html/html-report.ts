/** The report of a burst as one HTML file that needs nothing else: pictures, figures, and a verdict in words. */
import type { AnswerMet, Counts, Spread } from '../burst-figures.js';
import type { BurstReport } from '../burst-report.js';
import { whole } from '../report-text.js';
import { mostPerSecond, sum, toldThatItIsOver } from '../verdicts.js';
import { picturesOf } from './pictures.js';
import { STYLE } from './style.js';
import { chartSvg, escapeHtml } from './svg.js';
import { inWords } from './words.js';

const TITLES = {
  held: 'Every promise this burst could see was kept',
  broken: 'A promise was not kept',
  invalid: 'The burst itself fell behind its plan: it says nothing about the gateway',
};

export function renderHtml(report: BurstReport): string {
  const { options, outcome } = report;
  const title = `${options.traceFile ?? options.shape} on ${options.campaign}`;
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>` +
    `<header><h1>${escapeHtml(title)}</h1><p>${whole(options.people)} people within ${duration(1000 * options.overSeconds)}, ` +
    `seed ${options.seed}, at ${escapeHtml(options.targets.map(({ url }) => url).join(' and '))}</p>` +
    `<p class="outcome ${outcome}">${TITLES[outcome]}</p></header><main>${strip(report)}` +
    `<section><h2>What became of them</h2><div class="card">${outcomeBar(report)}</div></section>` +
    `<section><h2>Promises</h2><div class="card">${verdictList(report)}</div></section>` +
    `<section><h2>Pictures</h2><div class="pictures">${picturesOf(report).map(chartSvg).join('')}</div></section>` +
    `<section><h2>Figures</h2><div class="card">${figureTable(report)}</div></section>` +
    `<section><h2>Answers met</h2><div class="card scroll">${answerTable(report.answersMet)}</div>` +
    `<div class="columns"><div><h3>All answers</h3>${countTable(report.answers)}</div>` +
    `<div><h3>Not as documented</h3>${countTable(report.contractFaults)}</div>` +
    `<div><h3>No answer</h3>${countTable(report.errors)}</div></div></section></main></body></html>\n`
  );
}

/** What one looks for first. */
function strip(report: BurstReport): string {
  const { upstream, options, seconds } = report;
  const longest = seconds.waiting.reduce((most, one) => Math.max(most, one), 0);
  const cells: ReadonlyArray<readonly [string, string]> = [
    [whole(report.granted), `granted of ${whole(report.arrived)} who came`],
    [duration(report.waitMs.p50), `half waited no longer; 99 %: ${duration(report.waitMs.p99)}`],
    [whole(longest), 'in line at most'],
    upstream === null
      ? ['–', 'claims in the worst second (service not asked)']
      : [whole(upstream.worstSecond), `claims in the worst second, ${whole(mostPerSecond(options.bounds))} allowed`],
    ...(upstream === null ? [] : [[whole(upstream.crashes), 'times the service fell over'] as const]),
    [report.fairness === null ? '–' : `${(100 * report.fairness).toFixed(1)} %`, 'served in order'],
    [report.requestsPerGrant?.toFixed(1) ?? '–', 'requests a grant'],
  ];
  return `<ul class="strip">${cells.map(([value, name]) => `<li><b>${value}</b><span>${name}</span></li>`).join('')}</ul>`;
}

function outcomeBar(report: BurstReport): string {
  const parts: ReadonlyArray<readonly [string, string, number]> = [
    ['granted', 'admitted', report.granted],
    ['told that it is over', 'waiting', toldThatItIsOver(report.refused)],
    ['turned away', 'rate', sum(report.refused) - toldThatItIsOver(report.refused) + sum(report.caught)],
    ['did not come, or left', 'offered', report.noShows + report.left],
    ['gave up', 'bad', sum(report.gaveUp)],
  ];
  const there = parts.filter(([, , count]) => count > 0);
  const all = Math.max(1, sum(Object.fromEntries(parts.map(([name, , count]) => [name, count]))));
  const bars = there.map(
    ([, kind, count]) => `<i class="${kind}" style="width:${((100 * count) / all).toFixed(2)}%"></i>`,
  );
  const names = there.map(([name, kind, count]) => `<li class="${kind}">${whole(count)} ${name}</li>`);
  return `<div class="stack">${bars.join('')}</div><ul class="legend">${names.join('')}</ul>`;
}

function figureTable(report: BurstReport): string {
  const rows: ReadonlyArray<readonly [string, string]> = [
    ['Wait from arrival to grant', spread(report.waitMs)],
    [
      'Actual wait over the longest one promised first',
      `half within ${report.etaRatio.p50.toFixed(2)}, 90 % within ${report.etaRatio.p90.toFixed(2)}`,
    ],
    ['Answer to a request, from its planned time', spread(report.latencyMs)],
    [
      'Requests',
      `${whole(report.requests)}, ${report.requestsPerGrant?.toFixed(1) ?? '–'} a grant, ${whole(report.polls)} of them polls`,
    ],
    ['Without an answer', `${whole(sum(report.errors))} requests`],
    ['Lateness of the burst itself', spread(report.slipMs)],
  ];
  return `<table>${rows.map(([name, value]) => `<tr><th>${name}</th><td>${escapeHtml(value)}</td></tr>`).join('')}</table>`;
}

function verdictList({ verdicts }: BurstReport): string {
  const items = verdicts.map((verdict) => {
    const kind = verdict.held === null ? 'unseen' : verdict.held ? 'held' : 'broken';
    return `<li class="${kind}"><strong>${escapeHtml(inWords(verdict))}</strong> <span>${escapeHtml(verdict.finding)}</span></li>`;
  });
  return `<ul class="verdicts">${items.join('')}</ul>`;
}

/** Every code that was met: as the contract has it, and what the client did next. */
function answerTable(met: readonly AnswerMet[]): string {
  const rows = met.map(({ code, status, retryAfter, times, faults, next, astray }) => {
    const wrong = [...Object.keys(faults), ...astray.map((step) => `then ${step}`)];
    const form = retryAfter === null ? 'not listed' : retryAfter === 'always' ? 'Retry-After' : 'final';
    return (
      `<tr${wrong.length > 0 ? ' class="wrong"' : ''}><td>${escapeHtml(code)}</td><td>${status ?? '–'}</td><td>${form}</td>` +
      `<td class="number">${whole(times)}</td><td>${escapeHtml(listed(next))}</td><td>${escapeHtml(wrong.join('; ') || 'as documented')}</td></tr>`
    );
  });
  const head =
    '<tr><th>code</th><th>status</th><th>trying again</th><th>times</th><th>the client then</th><th>answer</th></tr>';
  return `<table>${head}${rows.join('') || '<tr><td colspan="6">none of Spillway’s own</td></tr>'}</table>`;
}

function countTable(counted: Counts): string {
  const rows = Object.entries(counted).map(
    ([name, count]) => `<tr><td>${escapeHtml(name)}</td><td class="number">${whole(count)}</td></tr>`,
  );
  return `<table>${rows.join('') || '<tr><td>none</td></tr>'}</table>`;
}

function listed(counted: Counts): string {
  const parts = Object.entries(counted).sort(([, a], [, b]) => b - a);
  return parts.map(([name, count]) => `${name} ${whole(count)}`).join(', ');
}

function spread({ p50, p90, p99, max }: Spread): string {
  return `half within ${duration(p50)}, 90 % within ${duration(p90)}, 99 % within ${duration(p99)}, all within ${duration(max)}`;
}

function duration(ms: number): string {
  if (ms >= 180_000) return `${Number((ms / 60_000).toFixed(1))} min`;
  return ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}
