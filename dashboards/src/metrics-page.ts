/** The reference of metrics, written from the catalogue. */
import {
  BATCH,
  COUNTERS,
  ETA_RATIO,
  FAST,
  GAUGES,
  HISTOGRAMS,
  type MetricDefinition,
  WAIT,
  WEB,
} from '../../src/metrics/definitions.js';

const SCALES: ReadonlyMap<readonly number[], string> = new Map<readonly number[], string>([
  [WEB, 'WEB'],
  [FAST, 'FAST'],
  [WAIT, 'WAIT'],
  [ETA_RATIO, 'ETA_RATIO'],
  [BATCH, 'BATCH'],
]);

export function metricsPage(): string {
  const scales = [...SCALES].map(([bounds, name]) => [`\`${name}\``, bounds.join(' ')]);
  const sections = [
    section('Counters', COUNTERS),
    section('Histograms', HISTOGRAMS),
    section('Gauges', GAUGES),
    `## Buckets\n\n${table(['scale', 'bounds'], scales)}`,
  ];
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
}

const INTRODUCTION = `# Metrics

<!-- Written by scripts/dashboards.mjs from the catalogue, src/metrics/definitions.ts. Do not edit. -->

Every gateway answers \`GET /metrics\` on its admin listener in Prometheus' text format, without a token.

- Base units: seconds, bytes, ratios from 0 to 1. Requests are counted when they end.
- Label values come from the configuration or from a fixed list; anything else counts under \`_other\`. A claimant, an
  address, a ticket or a raw path is never a label.
- A metric marked _shared_ is a fact about the campaign that every gateway reports: aggregate it with
  \`max by (job, campaign)\`, never with \`sum\`.
- Beside these there are the usual metrics of the process (\`process_…\`) and of Node.js (\`nodejs_…\`).`;

function section(title: string, definitions: Readonly<Record<string, MetricDefinition>>): string {
  const rows = Object.values(definitions)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(row);
  return `## ${title}\n\n${table(['name', 'labels', 'meaning'], rows)}`;
}

function row({ name, labels, help, buckets, shared }: MetricDefinition): string[] {
  const scale = buckets === undefined ? '' : ` Buckets: \`${SCALES.get(buckets) ?? buckets.join(' ')}\`.`;
  const mark = shared === true ? ' _Shared._' : '';
  return [`\`${name}\``, labels.map((label) => `\`${label}\``).join(', '), `${help}${scale}${mark}`];
}

/** Columns as wide as their widest cell, as the formatter of the project wants them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((cells) => cells[i]!.length)));
  const text = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [text(head), text(widths.map((width) => '-'.repeat(width))), ...rows.map(text)].join('\n');
}
