/** What the tests read in PromQL without a parser: which series it selects, by which matchers, in which functions. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './tool.js';

export interface Selector {
  readonly metric: string;
  /** Between the braces; empty without. */
  readonly matchers: string;
  /** Between the brackets, such as `5m`; empty without. */
  readonly range: string;
  /** The function it stands directly in, such as `rate`; empty without. */
  readonly in: string;
}

/** Our own names, recorded ones, those of the process and of Prometheus itself. */
const NAME = /(?:\b[a-z_]+:)?\b(?:spillway_|process_|nodejs_)[a-z0-9_]+(?::[a-z0-9_]+)?|\bup\b|\bALERTS\b/;
const SELECTOR = new RegExp(`(\\w*)(\\()?(${NAME.source})(?:\\{([^}]*)\\})?(?:\\[([^\\]]*)\\])?`, 'g');

export function selectors(expression: string): Selector[] {
  const bare = expression.replaceAll(/^\s*#.*$/gm, '');
  return [...bare.matchAll(SELECTOR)].map(([, word, bracket, metric, matchers, range]) => ({
    metric: metric!,
    matchers: matchers ?? '',
    range: range ?? '',
    in: bracket === undefined ? '' : word!,
  }));
}

/** The family of a series: a histogram's three kinds of series are one metric. */
export const familyOf = (metric: string): string => metric.replace(/_(bucket|sum|count)$/, '');

/** As Grafana would fill them in, with everything selected. */
export function substitute(expression: string): string {
  return expression
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$__range', '1h')
    .replaceAll('$__interval', '15s')
    .replaceAll(/\$(job|instance|campaign)\b/g, '.+');
}

/** What Prometheus itself says about the expressions: empty when it can read them all. */
export function unreadable(expressions: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-promql-'));
  try {
    const rules = expressions.map((expr, i) => ({ record: `test:expression:${i}`, expr }));
    const file = join(folder, 'rules.yaml');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'expressions', rules }] }));
    const { status, text } = run('promtool', ['check', 'rules', '--lint=none', file]);
    if (status === 0 && !text.includes(`${rules.length} rules found`)) return `not all were read: ${text}`;
    return status === 0 ? '' : text;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
