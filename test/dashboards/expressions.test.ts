/** Every PromQL expression of the dashboards: readable by Prometheus, complete in its matchers, of known metrics. */
import { describe, expect, it } from '@jest/globals';
import { COUNTERS, GAUGES, HISTOGRAMS } from '../../src/metrics/definitions.js';
import { expressions } from './dashboard-files.js';
import { alerts, exposedFamilies, knownNames, rulesOf } from './known-metrics.js';
import { familyOf, type Selector, selectors, substitute, unreadable } from './promql.js';

const all = expressions();
const selected = all.flatMap(({ where, panelType, expr }) =>
  selectors(expr).map((selector) => ({ where, panelType, expr, ...selector })),
);
const isRecorded = ({ metric }: Selector): boolean => metric.includes(':');
const definitions = [...Object.values(COUNTERS), ...Object.values(HISTOGRAMS), ...Object.values(GAUGES)];
const labelsOf = new Map(definitions.map(({ name, labels }) => [name, labels]));

/** Expressions that select something for which this does not hold. */
const breaking = (holds: (selector: (typeof selected)[number]) => boolean): string[] =>
  selected.filter((selector) => !holds(selector)).map(({ where, expr }) => `${where}: ${expr}`);

describe('Every expression', () => {
  it('is read by Prometheus', () => {
    expect(all.length).toBeGreaterThan(80);
    expect(unreadable(all.map(({ expr }) => substitute(expr)))).toBe('');
  });

  it('would be refused if Prometheus could not read it', () => {
    expect(unreadable(['sum(up)', 'sum by (up'])).toContain('parse error');
  });

  it('leaves no variable that is not known', () => {
    expect(all.filter(({ expr }) => substitute(expr).includes('$')).map(({ where }) => where)).toEqual([]);
  });

  it('selects the jobs on show', () => {
    expect(breaking(({ metric, matchers }) => metric === 'ALERTS' || matchers.includes('job=~"$job"'))).toEqual([]);
  });

  it('selects the instances on show; recorded series have none', () => {
    expect(
      breaking((one) => one.metric === 'ALERTS' || isRecorded(one) || one.matchers.includes('instance=~"$instance"')),
    ).toEqual([]);
  });

  it('selects the campaigns on show, of everything that has one', () => {
    expect(
      breaking(({ metric, matchers }) => {
        const hasCampaign = labelsOf.get(familyOf(metric))?.includes('campaign') || metric.startsWith('job_campaign:');
        return hasCampaign === matchers.includes('campaign=~"$campaign"') || !hasCampaign;
      }),
    ).toEqual([]);
  });

  it('selects only the alerts of Spillway', () => {
    expect(breaking(({ metric, matchers }) => metric !== 'ALERTS' || matchers.includes('product="spillway"'))).toEqual(
      [],
    );
  });

  it('takes rates over $__rate_interval', () => {
    expect(breaking((one) => !['rate', 'irate'].includes(one.in) || one.range === '$__rate_interval')).toEqual([]);
  });

  it('takes what the time range needs as a whole only in single numbers', () => {
    expect(breaking(({ range, panelType }) => range !== '$__range' || panelType === 'stat')).toEqual([]);
  });

  it('never shows a counter bare', async () => {
    const families = await exposedFamilies();
    const counts = ({ metric }: Selector): boolean => {
      const type = families.get(familyOf(metric));
      return type === 'counter' || type === 'histogram';
    };
    expect(selected.filter(counts).length).toBeGreaterThan(40);
    expect(breaking((one) => !counts(one) || ['rate', 'increase'].includes(one.in))).toEqual([]);
  });
});

describe('Metrics', () => {
  const used = new Set(
    [
      ...all.map(({ expr }) => expr),
      ...alerts.map(({ expr }) => expr),
      ...rulesOf('recording-rules.yaml').map(({ expr }) => expr),
    ]
      .flatMap(selectors)
      .map(({ metric }) => familyOf(metric)),
  );

  it('that a panel, an alert or a recording rule uses are ones that there are', async () => {
    const known = await knownNames();
    expect([...used].filter((name) => !known.has(name))).toEqual([]);
  });

  it('of the catalogue are each used by a panel, an alert or a recording rule', () => {
    expect(definitions.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([]);
  });

  it('that every gateway reports of shared state are joined by maximum, never by sum', () => {
    const shared = definitions.filter((definition) => definition.shared).map(({ name }) => name);
    const summed = new RegExp(`(sum|avg|count)( by \\([^)]*\\))? ?\\((${shared.join('|')})\\b`);
    const texts = [...all, ...alerts, ...rulesOf('recording-rules.yaml')].map(({ expr }) => expr);
    expect(summed.test('sum by (campaign) (spillway_line_waiting{job="a"})')).toBe(true);
    expect(texts.filter((expr) => summed.test(expr))).toEqual([]);
  });

  it('are selected by labels that they have', () => {
    const broken = [
      ...selected,
      ...[...alerts, ...rulesOf('recording-rules.yaml')].flatMap(({ expr }) => selectors(expr)),
    ].filter(({ metric, matchers }) => {
      const labels = labelsOf.get(familyOf(metric));
      const asked = [...matchers.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label]) => label!);
      return labels !== undefined && asked.some((label) => ![...labels, 'job', 'instance', 'le'].includes(label));
    });
    expect(broken).toEqual([]);
  });
});
