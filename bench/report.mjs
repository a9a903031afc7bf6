/** The outcome as tables for people, as JSON for programs, and as a status for scripts. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { plotScale } from './plot.mjs';
import { shareOf } from './scenarios/throughput.mjs';
import { cores } from './stand/machine.mjs';

const RESULTS = fileURLToPath(new URL('RESULTS.md', import.meta.url));
const RESULTS_JSON = fileURLToPath(new URL('results.json', import.meta.url));
/** Below this share of its core a subject was not what limited the load. */
const SATURATED = 0.9;
const CROWDED = 0.1;

const whole = (value) => Math.round(value).toLocaleString('en');
const times = (value) => (Number.isFinite(value) ? `${value.toFixed(2)} ×` : '–');

/** @returns the exit status */
export function report(results, { json, write, rounds, seconds, tookSeconds }) {
  const verdicts = [...results.throughput, ...results.others].flatMap(verdictsOf);
  const whole = { date: new Date().toISOString(), rounds, seconds, tookSeconds, ...results, verdicts };
  const text = markdown(whole);
  process.stdout.write(`${text}\n`);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(whole, null, 2)}\n`);
  if (write) {
    writeFileSync(RESULTS, `${text}\n`);
    plotScale(results.others.find(({ name }) => name === 'scale')?.rows ?? []);
    writeFileSync(RESULTS_JSON, `${JSON.stringify(whole, null, 2)}\n`);
  }
  if ([...results.throughput, ...results.others].some(({ invalid }) => invalid !== null)) return 98;
  return verdicts.every(({ reached }) => reached) ? 0 : 99;
}

function verdictsOf({ name, bars, rows }) {
  if (rows.length === 0) return [];
  const find = (subject) => rows.find((row) => row.name === subject);
  return bars.flatMap(({ subject, against, ratio, perSecond, metric, most }) => {
    const row = find(subject);
    if (row === undefined) return [];
    if (most !== undefined) {
      return [
        {
          scenario: name,
          bar: `${subject}: ${metric} at most ${most}`,
          got: row[metric],
          reached: row[metric] <= most,
        },
      ];
    }
    if (perSecond !== undefined) {
      return [
        {
          scenario: name,
          bar: `${subject}: at least ${perSecond}/s`,
          got: row.perSecond,
          reached: row.perSecond >= perSecond,
        },
      ];
    }
    const other = find(against);
    if (other === undefined) return [];
    const got = shareOf(row, other);
    const gotByCpu = other.cpuUsEach / row.cpuUsEach;
    return [
      { scenario: name, bar: `${subject}: at least ${ratio} × ${against}`, got, gotByCpu, reached: got >= ratio },
    ];
  });
}

function markdown({ date, machine, throughput, others, verdicts, rounds, seconds, tookSeconds }) {
  const { node, wrk, nginx, haproxy, redis } = machine.versions;
  return [
    '# What a claim costs',
    '',
    `Written by \`npm run bench\` on ${date.slice(0, 16).replace('T', ' ')} UTC, in ${tookSeconds} s.`,
    `${machine.processor}, ${cores} cores, ${machine.memoryGiB} GiB, Linux ${machine.kernel}; Node ${node}, wrk ${wrk}, nginx ${nginx}, ` +
      `HAProxy ${haproxy}, Redis ${redis}. Pinned: ${machine.pinning}. Load of the machine before: ${machine.loadBefore.toFixed(2)}.`,
    '',
    `Medians of ${rounds} rounds of ${seconds} s, subjects in alternation, 64 connections in a closed loop; of ratios, the median of`,
    `those of each round. *CPU* is the processor`,
    'time of the subject an answer: the steadier figure where a machine is shared, and the only one where the core of the',
    'load (wrk, nginx and Redis together) was full before the subject was. *Share* is how much of its core the subject got.',
    '',
    ...throughput.flatMap(throughputTable),
    ...others.flatMap(otherTable),
    '## Bars',
    '',
    ...table(
      ['scenario', 'bar', 'measured', 'by CPU', ''],
      verdicts.map(({ scenario, bar, got, gotByCpu, reached }) => [
        ...[scenario, bar, got >= 100 ? whole(got) : got.toFixed(2)],
        ...[gotByCpu === undefined ? '' : gotByCpu.toFixed(2), reached ? 'reached' : '**missed**'],
      ]),
    ),
  ].join('\n');
}

function throughputTable({ name, title, rows, invalid }) {
  const base = rows.find((row) => row.name.startsWith('bare-')) ?? rows[0];
  return [
    `## ${name}`,
    '',
    `${title}.`,
    '',
    ...(invalid === null ? [] : [`**Not measured:** ${invalid}`, '']),
    ...table(
      ['', '/s', `× ${base?.name ?? ''}`, 'CPU µs', '× CPU', 'p50 ms', 'p99 ms', 'share', 'note'],
      rows.map((row) => [
        ...[row.title, whole(row.perSecond), times(shareOf(row, base))],
        ...[row.cpuUsEach.toFixed(1), times(base.cpuUsEach / row.cpuUsEach)],
        ...[
          (row.p50Us / 1000).toFixed(2),
          (row.p99Us / 1000).toFixed(2),
          `${(row.subjectShare * 100).toFixed(0)} %`,
          noteOf(row),
        ],
      ]),
    ),
    '',
  ];
}

function noteOf({ subjectShare, othersShare, loadCoreShare }) {
  if (subjectShare >= SATURATED) return '';
  if (othersShare > CROWDED) return `others took ${(othersShare * 100).toFixed(0)} % of its core`;
  return loadCoreShare > SATURATED ? 'the load was the limit' : '';
}

function otherTable({ name, title, columns, rows, invalid, remark }) {
  return [
    ...[`## ${name}`, '', `${title}.`, ''],
    ...(invalid === null ? [] : [`**Not measured:** ${invalid}`, '']),
    ...table(
      ['', ...columns.map(([, heading]) => heading)],
      rows.map((row) => [row.title, ...columns.map(([key]) => figure(row[key]))]),
    ),
    ...(remark === undefined ? [] : ['', remark]),
    '',
  ];
}

const figure = (value) =>
  typeof value === 'number' ? (Math.abs(value) >= 1000 ? whole(value) : String(+value.toFixed(3))) : (value ?? '–');

function table(head, rows) {
  if (rows.length === 0) return [];
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '--:'))), ...rows.map(line)];
}
