/** What the schema refuses, in the operator's words, with a cure drawn from the schema itself. */
import type { z } from 'zod';
import { expectation } from './expectation.js';
import { maskUnknown, maskValue } from './mask.js';
import { editDistance, nearest } from './nearest.js';
import { formatPath, type Path, valueAt } from './path.js';
import type { ConfigProblem } from './problem.js';
import { TRUST_EVERYONE } from './rules/trust.js';
import { itemsOf, nodeAt, propertiesOf, type SettingNode } from './setting-tree.js';

type Issue = z.core.$ZodIssue;

/** Rules that the schema itself enforces. */
export const SCHEMA_RULES = {
  'unknown-key': 'There is no setting of this name.',
  required: 'This setting is required.',
  type: 'This setting takes another kind of value.',
  range: 'The value is out of range.',
  format: 'The text does not have the form that is needed here.',
  choice: 'This is not one of the choices.',
} as const;

export function schemaProblems(root: unknown, issue: Issue, sourceOf: (path: Path) => string): ConfigProblem[] {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(root, path, key, sourceOf));
  const node = nodeAt(path);
  const value = valueAt(root, path);
  const place = { path: formatPath(path) || 'the file', value: maskValue(value, node), source: sourceOf(path) };
  if (place.path === 'server.trustProxy' && TRUST_EVERYONE.matches(value)) {
    return [{ ...place, rule: TRUST_EVERYONE.id, problem: TRUST_EVERYONE.problem, cure: TRUST_EVERYONE.cure }];
  }
  const cure = `Give ${node === undefined ? 'something else' : expectation(node)}${escapeOf(value, node)}.`;
  if (value === undefined) return [{ ...place, rule: 'required', problem: SCHEMA_RULES.required, cure }];
  const rule = ruleOf(issue);
  return [{ ...place, rule, problem: SCHEMA_RULES[rule], cure }];
}

function ruleOf(issue: Issue): keyof typeof SCHEMA_RULES {
  switch (issue.code) {
    case 'too_big':
    case 'too_small':
      return 'range';
    case 'invalid_format':
      return 'format';
    case 'invalid_value':
      return 'choice';
    default:
      return 'type';
  }
}

/** The way out for somebody who did not mean to set anything: an empty section, or the default. */
function escapeOf(value: unknown, node: SettingNode | undefined): string {
  const preset = node?.default;
  if (preset === undefined) return '';
  if (value === null || (typeof preset === 'object' && preset !== null)) return ', or leave the setting out';
  return `; the default is ${JSON.stringify(preset)}`;
}

function unknownKey(root: unknown, path: Path, key: string, sourceOf: (path: Path) => string): ConfigProblem {
  const here = nodeAt(path);
  const known = Object.keys(here ? propertiesOf(here) : {});
  const value = valueAt(root, [...path, key]);
  const meant = nearest(key, known);
  return {
    path: formatPath([...path, key]),
    value: maskUnknown(key, value, here),
    rule: 'unknown-key',
    problem: `"${key}" is not a setting of ${formatPath(path) || 'the configuration'}.`,
    cure: unknownKeyCure(key, path, here, known, meant),
    source: sourceOf([...path, key]),
  };
}

function unknownKeyCure(
  key: string,
  path: Path,
  here: SettingNode | undefined,
  known: readonly string[],
  meant: string | undefined,
): string {
  const elsewhere = here && meant !== undefined && editDistance(key, meant) > 2 ? placeBelow(here, key) : undefined;
  if (elsewhere) return `It belongs at ${formatPath([...path, ...elsewhere])}.`;
  return `Did you mean ${meant}? Known here: ${known.join(', ')}.`;
}

/** Where a setting of that name stands deeper down; a frequent slip is one level too high. */
function placeBelow(node: SettingNode, name: string): Path | undefined {
  for (const [key, child] of Object.entries(propertiesOf(node))) {
    if (key === name) return [key];
    const below = itemsOf(child) ? undefined : placeBelow(child, name);
    if (below) return [key, ...below];
  }
  return undefined;
}
