/** Settings of the contract that this version does not act on yet. Refused, since ignoring them would break a promise. */
import type { Path } from '../path.js';
import type { Finding, Rule } from '../rule.js';

interface Gap {
  /** `*` stands for every entry of a list. */
  readonly setting: string;
  readonly supported: readonly unknown[];
  readonly cure: string;
}

const GAPS: readonly Gap[] = [{ setting: 'campaigns.*.shadow', supported: [false], cure: 'Set it to false.' }];

export const notSupportedYet: Rule = {
  id: 'not-supported-yet',
  verdict: 'refused',
  problem: 'This version of Spillway does not implement this yet.',
  cure: 'Leave the setting at its default.',
  *find(config) {
    for (const { setting, supported, cure } of GAPS) {
      for (const { path, value } of placesOf(config, setting.split('.'), [])) {
        if (!supported.includes(value)) yield { path, value, cure };
      }
    }
  },
};

function* placesOf(value: unknown, [next, ...rest]: readonly string[], path: Path): Generator<Finding> {
  if (next === undefined) yield { path, value };
  else if (next !== '*') yield* placesOf((value as Record<string, unknown>)[next], rest, [...path, next]);
  else for (const [index, item] of (value as unknown[]).entries()) yield* placesOf(item, rest, [...path, index]);
}
