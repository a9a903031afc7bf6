/** The report of a burst as one HTML file that needs nothing else: pictures, figures, and a verdict in words. */
import type { Spread } from '../burst-figures.js';
import type { BurstReport } from '../burst-report.js';
import { whole } from '../report-text.js';
import { sum, toldThatItIsOver } from '../verdicts.js';
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
    `<header><h1>${escapeHtml(title)}</h1><p class="outcome ${outcome}">${TITLES[outcome]}.</p>` +
    `<p>${whole(options.people)} people within ${Number(options.overSeconds.toFixed(1))} s, seed ${options.seed}, ` +
    `at ${escapeHtml(options.targets.map(({ url }) => url).join(' and '))}.</p></header>` +
    `<section><h2>What became of them</h2>${outcomeBar(report)}${figureTable(report)}</section>` +
    `<section class="pictures">${picturesOf(report).map(chartSvg).join('')}</section>` +
    `<section><h2>Promises</h2>${verdictList(report)}</section>` +
    `<section><h2>Answers met</h2>${answerTable(report)}</section></body></html>\n`
  );
}

function outcomeBar(report: BurstReport): string {
  const parts: ReadonlyArray<readonly [string, string, number]> = [
    ['granted', 'admitted', report.granted],
    ['told that it is over', 'waiting', toldThatItIsOver(report.refused)],
    ['turned away', 'rate', sum(report.refused) - toldThatItIsOver(report.refused) + sum(report.caught)],
    ['did not come, or left', 'offered', report.noShows + report.left],
    ['gave up', 'bad', sum(report.gaveUp)],
  ];
  const all = Math.max(
    1,
    parts.reduce((total, [, , count]) => total + count, 0),
  );
  const bars = parts.map(
    ([, kind, count]) => `<i class="${kind}" style="width:${((100 * count) / all).toFixed(2)}%"></i>`,
  );
  const names = parts
    .filter(([, , count]) => count > 0)
    .map(([name, kind, count]) => `<li class="${kind}">${whole(count)} ${name}</li>`);
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
    return `<li class="${kind}"><strong>${escapeHtml(inWords(verdict))}</strong> ${escapeHtml(verdict.finding)}.</li>`;
  });
  return `<ul class="verdicts">${items.join('')}</ul>`;
}

function answerTable({ answers, codes, contractFaults }: BurstReport): string {
  const row = ([name, count]: readonly [string, number]): string =>
    `<tr><td>${escapeHtml(name)}</td><td>${whole(count)}</td></tr>`;
  const table = (counted: Readonly<Record<string, number>>): string =>
    `<table>${Object.entries(counted).map(row).join('') || '<tr><td>none</td><td></td></tr>'}</table>`;
  const titled = (title: string, counted: Readonly<Record<string, number>>): string =>
    `<div><h3>${title}</h3>${table(counted)}</div>`;
  return `<div class="columns">${titled('Answers', answers)}${titled('Refusals by code', codes)}${titled('Not as documented', contractFaults)}</div>`;
}

function spread({ p50, p90, p99, max }: Spread): string {
  return `half within ${duration(p50)}, 90 % within ${duration(p90)}, 99 % within ${duration(p99)}, all within ${duration(max)}`;
}

function duration(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}
