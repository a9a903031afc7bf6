/** The example of an Alertmanager configuration: who hears what, and what is not said twice. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { alerts } from './known-metrics.js';
import { run } from './tool.js';

const FILE = 'dashboards/alertmanager/alertmanager.yaml';

interface Inhibition {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal: readonly string[];
}
const { inhibit_rules: inhibitions } = parse(readFileSync(FILE, 'utf8')) as { inhibit_rules: Inhibition[] };
const namesIn = (matchers: readonly string[]): string[] =>
  matchers.flatMap((matcher) => (/^alertname=~?"(.*)"$/.exec(matcher)?.[1] ?? '').split('|'));

function receivers(labels: Readonly<Record<string, string>>): string[] {
  const matchers = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  const { text } = run('amtool', ['config', 'routes', 'test', `--config.file=${FILE}`, ...matchers]);
  return text.split('\n')[0]!.split(',');
}

describe('Alertmanager', () => {
  it('accepts the example', () => {
    const { status, text } = run('amtool', ['check-config', FILE]);
    expect([status, text]).toEqual([0, expect.stringContaining(`${inhibitions.length} inhibit rules`)]);
  });

  it.each(alerts)('delivers $name to whom it concerns', ({ name, labels, expr }) => {
    const ofCampaign = expr.includes('campaign');
    const expected = { critical: ['on-call', 'campaign-room'], warning: [ofCampaign ? 'campaign-room' : 'team-chat'] };
    const { severity } = labels as { severity: 'critical' | 'warning' | 'none' };
    expect(receivers({ ...labels, alertname: name, ...(ofCampaign ? { campaign: 'lny-2026' } : {}) })).toEqual(
      severity === 'none' ? ['dead-mans-switch'] : expected[severity],
    );
  });

  it('keeps other people’s alerts off the people on call for Spillway', () => {
    expect(receivers({ alertname: 'DiskFull', severity: 'critical' })).toEqual(['team-chat']);
  });

  it('silences only alerts that there are, by alerts that there are, of the same job', () => {
    const known = alerts.map(({ name }) => name);
    for (const { source_matchers, target_matchers, equal } of inhibitions) {
      expect(known).toEqual(expect.arrayContaining([...namesIn(source_matchers), ...namesIn(target_matchers)]));
      expect(equal).toContain('job');
    }
  });

  it('silences no alert by one that is less severe', () => {
    const rank = (name: string): number => {
      const { labels } = alerts.find((alert) => alert.name === name)!;
      return ['none', 'info', 'warning', 'critical'].indexOf(labels!.severity!);
    };
    for (const { source_matchers, target_matchers } of inhibitions) {
      for (const target of namesIn(target_matchers)) {
        for (const source of namesIn(source_matchers)) {
          expect([source, target, rank(source) >= rank(target)]).toEqual([source, target, true]);
        }
      }
    }
  });
});
