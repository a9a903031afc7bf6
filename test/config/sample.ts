/** Configurations that tests start from. */

import { type ConfigSource, type LoadedConfig, loadConfig } from '../../src/config/load.js';
import { ConfigError, type ConfigProblem } from '../../src/config/problem.js';

/** Only what is required. */
export const MINIMAL = `
upstreams:
  - { id: incentives, targets: [http://127.0.0.1:9000] }
campaigns:
  - { id: lny-2026, upstream: incentives, routes: [{ path: /campaigns/lny-2026/claims }] }
`;

/** MINIMAL with further lines: `top` before it, `campaign` as more settings of its campaign. */
export function configText({ top = '', campaign = '' }: { top?: string; campaign?: string }): string {
  return `${top}\n${MINIMAL.trimEnd().replace(/ }$/, campaign === '' ? ' }' : `, ${campaign} }`)}\n`;
}

const FILES: Readonly<Record<string, string>> = {
  '/run/keys.json': '{"keys":[{"kty":"EC"}]}',
  '/run/secrets/long': '0123456789abcdef0123456789abcdef\n',
  '/run/secrets/other': 'fedcba9876543210fedcba9876543210',
  '/run/secrets/short': '0123456789abcdef0123456789abcde\n',
};

/** Loads with the secret files above and no environment. */
export function load(text: string, options: Partial<ConfigSource> = {}): LoadedConfig {
  return loadConfig({ file: 'spillway.yaml', text, env: {}, readFile: readSecretFile, ...options });
}

/** What is wrong with a configuration that must be refused. */
export function problemsOf(text: string, options: Partial<ConfigSource> = {}): readonly ConfigProblem[] {
  try {
    load(text, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('the configuration was not refused');
}

function readSecretFile(path: string): Uint8Array {
  const text = FILES[path];
  if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
  return Buffer.from(text);
}
