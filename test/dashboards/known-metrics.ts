/** Every name that a panel or an alert may use. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { sampleMetrics } from '../metrics/sample.js';

export const RULE_FILES = ['recording-rules.yaml', 'alert-rules.yaml'] as const;
export const RULES = 'dashboards/prometheus';

export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export function rulesOf(file: (typeof RULE_FILES)[number]): Rule[] {
  const { groups } = parse(readFileSync(`${RULES}/${file}`, 'utf8')) as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

export const alerts = rulesOf('alert-rules.yaml').map((rule) => ({ ...rule, name: rule.alert ?? '' }));

/** Families by what a gateway really exposes: the catalogue's, the process's and Node's. */
export async function exposedFamilies(): Promise<Map<string, string>> {
  const text = await sampleMetrics().exposition.text();
  return new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name!, type!]));
}

/** What Prometheus adds. */
const OF_PROMETHEUS = ['up', 'ALERTS'];

export async function knownNames(): Promise<Set<string>> {
  const recorded = rulesOf('recording-rules.yaml').map(({ record }) => record ?? '');
  return new Set([...(await exposedFamilies()).keys(), ...recorded, ...OF_PROMETHEUS]);
}
