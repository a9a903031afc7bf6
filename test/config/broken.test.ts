import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { misuseRules } from '../../src/config/misuse.js';
import { SCHEMA_RULES } from '../../src/config/schema-problems.js';
import { problemsOf } from './sample.js';

const folder = new URL('./broken/', import.meta.url);

/** The comments on top of a broken file say what must be said of it. */
const cases = readdirSync(folder).map((name) => {
  const text = readFileSync(new URL(name, folder), 'utf8');
  const said = (key: string) => new RegExp(`^# ${key}: (.*)$`, 'm').exec(text)?.[1];
  return {
    name,
    text,
    rule: said('rule'),
    path: said('path')?.replace('<file>', 'spillway.yaml'),
    value: said('value') === 'undefined' ? undefined : JSON.parse(said('value') ?? ''),
    also: said('also'),
  };
});

describe('Broken configurations', () => {
  it.each(cases)('refuses $name with path, value and cure', ({ text, rule, path, value, also }) => {
    const problems = problemsOf(text);
    const problem = problems.find((one) => one.rule === rule && one.path === path);
    expect(problem).toEqual({
      rule,
      path,
      value,
      problem: expect.stringMatching(/^\S.{15,}\.$/),
      cure: expect.stringMatching(/^[A-Z].{8,}[.?]$/),
      source: expect.stringMatching(/^spillway\.yaml/),
    });
    // One mistake, one complaint.
    expect(problems.filter((one) => one.rule !== also)).toHaveLength(1);
  });

  it('are there for every rule that refuses', () => {
    const rules = [
      ...Object.keys(SCHEMA_RULES),
      ...misuseRules.filter(({ verdict }) => verdict === 'refused').map(({ id }) => id),
      'yaml-syntax',
      'duplicate-key',
    ];
    const tried = new Set(cases.map(({ rule }) => rule));
    expect(rules.filter((rule) => !tried.has(rule))).toEqual([]);
  });

  it('leave no secret in what is said of them', () => {
    for (const { text } of cases) expect(JSON.stringify(problemsOf(text))).not.toContain('hunter2');
  });
});
