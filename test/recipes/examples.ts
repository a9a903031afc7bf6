/** The files of `examples/`, as the recipes show them, changed only where a test must not take a fixed port. */
import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

// biome-ignore lint/suspicious/noExplicitAny: what a YAML file holds is checked by whoever loads it.
type Settings = Record<string, any>;

/** @param change - what a test needs otherwise, by the names of the configuration */
export function example(file: string, change: (settings: Settings) => void = () => {}): string {
  const settings = parse(readFileSync(`examples/${file}`, 'utf8')) as Settings;
  settings.server = { ...settings.server, port: 0, overload: { maxDelayMs: 0 } };
  settings.admin = { ...settings.admin, port: 0 };
  settings.log = { level: 'silent' };
  change(settings);
  return stringify(settings);
}
