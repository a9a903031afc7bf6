/** Recording rules and alerts: what Prometheus says of them, and that each alert was seen to fire and to stay silent. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { RUNBOOKS_URL } from '../../dashboards/src/frame.js';
import { alerts, RULE_FILES, RULES, rulesOf } from './known-metrics.js';
import { run } from './tool.js';

interface AlertCase {
  readonly alertname: string;
  readonly exp_alerts: readonly { readonly exp_labels: Readonly<Record<string, string>> }[];
}
interface TestFile {
  readonly rule_files: readonly string[];
  readonly group_eval_order: readonly string[];
  readonly tests: readonly { readonly name: string; readonly alert_rule_test: readonly AlertCase[] }[];
}

const testFiles = readdirSync(`${RULES}/tests`).filter((file) => file.endsWith('-test.yaml'));
const read = (file: string): TestFile => parse(readFileSync(`${RULES}/tests/${file}`, 'utf8')) as TestFile;
const cases = testFiles.flatMap((file) => read(file).tests.flatMap((test) => test.alert_rule_test));
const names = alerts.map(({ name }) => name);
/** An alert that fires always cannot be silent. */
const ALWAYS = 'Watchdog';

describe('Rules', () => {
  it('are valid, and without anything that Prometheus warns of', () => {
    const { status, text } = run('promtool', ['check', 'rules', '--lint=all', '--lint-fatal', ...RULE_FILES], RULES);
    expect([status, text]).toEqual([0, expect.stringContaining(`${alerts.length} rules found`)]);
  });

  it('are what the example of a configuration loads', () => {
    const { status, text } = run('promtool', ['check', 'config', 'prometheus.yaml'], RULES);
    expect([status, text]).toEqual([0, expect.stringContaining('2 rule files found')]);
  });

  it('that are recorded say by their name what they are grouped by', () => {
    for (const { record, expr } of rulesOf('recording-rules.yaml')) {
      const level = record!.split(':')[0]!.split('_').join(', ');
      expect([record, expr.includes(`by (${level})`) || expr.includes('job_campaign:')]).toEqual([record, true]);
    }
  });

  it('select histograms by bounds that are no whole numbers: Prometheus 3 writes those in another way', () => {
    const bounds = RULE_FILES.flatMap(rulesOf).flatMap(({ expr }) => [...expr.matchAll(/\ble=~?"([^"]*)"/g)]);
    expect(bounds.length).toBeGreaterThan(0);
    expect(bounds.map(([, bound]) => bound).filter((bound) => !/^\d*\.\d*[1-9]$/.test(bound!))).toEqual([]);
  });
});

describe('Tests of the alerts', () => {
  it.each(testFiles)('%s holds', (file) => {
    const { status, text } = run('promtool', ['test', 'rules', file], `${RULES}/tests`);
    expect([status, text]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  it.each(testFiles)('%s evaluates what is recorded before what is alerted on', (file) => {
    const groups = RULE_FILES.flatMap((rules) => {
      const { groups: found } = parse(readFileSync(`${RULES}/${rules}`, 'utf8')) as { groups: { name: string }[] };
      return found.map(({ name }) => name);
    });
    expect(read(file)).toMatchObject({
      rule_files: RULE_FILES.map((rules) => `../${rules}`),
      group_eval_order: groups,
    });
  });

  it.each(names)('%s fires in one of them', (name) => {
    expect(cases.some(({ alertname, exp_alerts }) => alertname === name && exp_alerts.length > 0)).toBe(true);
  });

  it.each(names.filter((name) => name !== ALWAYS))('%s stays silent in one of them', (name) => {
    expect(cases.some(({ alertname, exp_alerts }) => alertname === name && exp_alerts.length === 0)).toBe(true);
  });
});

describe('Alerts', () => {
  it('have names of their own', () => expect(names).toEqual([...new Set(names)]));

  it.each(alerts)('$name says what, why, how bad and what to do', ({ name, annotations, labels }) => {
    const page = `${name.replace(/(?<!^)(?=[A-Z])/g, '-').toLowerCase()}.md`;
    expect(annotations).toEqual({
      summary: expect.stringMatching(/\w[^.]*$/),
      description: expect.stringMatching(/^\S.*\.$/),
      runbook_url: `${RUNBOOKS_URL}${page}`,
    });
    expect(labels).toEqual({ severity: expect.stringMatching(/^(critical|warning|info|none)$/), product: 'spillway' });
    expect(existsSync(`docs/runbooks/${page}`)).toBe(true);
  });
});
