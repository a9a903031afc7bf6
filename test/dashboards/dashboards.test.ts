/**
 * The committed dashboards, held against the rules of grafana/dashboard-linter that apply, and more.
 * @see https://github.com/grafana/dashboard-linter/tree/main/docs
 */
import { readFileSync } from 'node:fs';
import type { Panel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import { describe, expect, it } from '@jest/globals';
import { outputs } from '../../dashboards/src/outputs.js';
import { dashboards, everything, nameOf, panelsOf, targetsOf } from './dashboard-files.js';

const panels = dashboards.flatMap((dashboard) =>
  panelsOf(dashboard).map((panel) => ({ panel, name: nameOf(dashboard, panel) })),
);
/** Names of the panels for which something does not hold. */
const where = (broken: (panel: Panel) => boolean): string[] =>
  panels.filter(({ panel }) => broken(panel)).map(({ name }) => name);

describe('Generated files', () => {
  it('are what is committed; scripts/dashboards.mjs writes them', () => {
    for (const { path, text } of outputs()) expect([path, readFileSync(path, 'utf8')]).toEqual([path, text]);
  });

  it('come out the same every time', () => expect(outputs()).toEqual(outputs()));

  it('are four dashboards under their promised uids', () => {
    expect(dashboards.map(({ uid }) => uid).sort()).toEqual([
      'spillway-gateways',
      'spillway-limits',
      'spillway-overview',
      'spillway-slo',
    ]);
  });
});

describe.each(dashboards.map((dashboard) => ({ uid: dashboard.uid, dashboard })))('$uid', ({ dashboard }) => {
  const variable = (name: string): VariableModel | undefined =>
    dashboard.templating.list?.find((one) => one.name === name);

  it('has a title, a description and the current schema version', () => {
    expect(dashboard.title).toMatch(/^Spillway \/ /);
    expect(dashboard.description).toMatch(/\.$/);
    expect(dashboard.schemaVersion).toBe(42);
  });

  it('cannot be edited in place, and shares its crosshair', () => {
    expect(dashboard).toMatchObject({ editable: false, graphTooltip: 1 });
  });

  it('numbers its panels from 1, each once', () => {
    const ids = everything(dashboard).map(({ id }) => id);
    expect(ids).toEqual(ids.map((_, i) => i + 1));
  });

  it('lays no panel over another or over the edge', () => {
    const taken = new Map<string, string>();
    for (const { gridPos, title } of everything(dashboard)) {
      const { x, y, w, h } = gridPos!;
      expect([title, w > 0 && h > 0 && x >= 0 && x + w <= 24]).toEqual([title, true]);
      for (let column = x; column < x + w; column++) {
        for (let line = y; line < y + h; line++) {
          const cell = `${column},${line}`;
          expect([title, taken.get(cell)]).toEqual([title, undefined]);
          taken.set(cell, title ?? '');
        }
      }
    }
  });

  it('lets the reader choose the data source', () => {
    expect(variable('datasource')).toMatchObject({ type: 'datasource', query: 'prometheus', label: 'Data source' });
  });

  it.each(['job', 'instance', 'campaign'])('lets the reader choose any %s, as they are at the time on show', (name) => {
    expect(variable(name)).toMatchObject({
      type: 'query',
      datasource: { uid: '$datasource' },
      label: name.replace(/^./, (first) => first.toUpperCase()),
      multi: true,
      includeAll: true,
      allValue: '.+',
      refresh: 2,
      query: expect.stringMatching(/^label_values\(spillway_\w+(\{job=~"\$job"\})?, \w+\)$/),
    });
  });

  it('links to the other dashboards, the runbooks and the operator page', () => {
    expect(dashboard.links).toMatchObject([
      { type: 'dashboards', tags: ['spillway'], includeVars: true, keepTime: true },
      { type: 'link', url: '$runbooks' },
      { type: 'link', url: '$operator' },
    ]);
    expect(dashboard.tags).toEqual(['spillway']);
    for (const name of ['runbooks', 'operator']) expect(variable(name)?.query).toMatch(/^https?:\/\/.*\/$/);
  });

  it('marks reloads, starts, states of campaigns and changes of their rate', () => {
    expect(dashboard.annotations.list?.map(({ name }) => name)).toEqual([
      'Configuration reloaded',
      'Gateway started',
      'Campaign state',
      'Rate changed',
    ]);
  });
});

describe('Every panel', () => {
  it('has a title of its own on its dashboard', () => {
    const names = panels.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
    expect(where(({ title }) => title === undefined || title.length < 3)).toEqual([]);
  });

  it('has a description in sentences', () => {
    expect(where(({ description }) => !/^[A-Z0-9].*\.$/.test(description ?? ''))).toEqual([]);
  });

  it('has a unit that Grafana knows', () => {
    const known = new Set(['none', 'short', 'percentunit', 's', 'dtdurations', 'bytes', 'reqps', 'ops']);
    expect(where(({ fieldConfig }) => !known.has(fieldConfig?.defaults.unit ?? ''))).toEqual([]);
  });

  it('asks the chosen data source, by targets with names of their own', () => {
    expect(
      where((panel) => {
        const targets = targetsOf(panel);
        const names = new Set(targets.map(({ refId }) => refId));
        const asked = [panel.datasource?.uid, ...targets.map(({ datasource }) => datasource.uid)];
        return targets.length === 0 || names.size !== targets.length || asked.some((uid) => uid !== '$datasource');
      }),
    ).toEqual([]);
  });

  it('gives a meaning the same colour wherever it shows', () => {
    const colours = new Map<string, Set<string>>();
    for (const { panel } of panels) {
      for (const { matcher, properties } of panel.fieldConfig?.overrides ?? []) {
        const target = targetsOf(panel).find(({ refId }) => refId === matcher.options);
        const meaning = /\b(admitted|waiting|limit|offered|configured)\b/.exec(target?.legendFormat ?? '')?.[0];
        const colour = (properties[0]?.value as { fixedColor?: string } | undefined)?.fixedColor;
        if (meaning !== undefined && colour !== undefined) {
          colours.set(meaning, (colours.get(meaning) ?? new Set()).add(colour));
        }
      }
    }
    expect(Object.fromEntries([...colours].map(([meaning, found]) => [meaning, [...found]]))).toEqual({
      offered: ['purple'],
      admitted: ['green'],
      configured: ['dark-yellow'],
      waiting: ['blue'],
      limit: ['orange'],
    });
  });
});
