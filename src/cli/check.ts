/** `spillway check`: is this configuration right, what does it amount to, and what about it is dangerous. */
import type { Environment } from '../config/environment.js';
import { type LoadedConfig, loadConfig } from '../config/load.js';
import { maskedYaml } from '../config/mask.js';
import { ConfigError, formatProblem } from '../config/problem.js';

export type Write = (text: string) => void;

export interface CheckOptions {
  readonly file: string;
  readonly env: Environment;
  /** Takes the effective configuration, as YAML. */
  readonly out: Write;
  /** Takes problems, warnings and the verdict. */
  readonly err: Write;
}

/** @returns the exit status: 0 for a configuration that `serve` would take, 1 for any other */
export async function runCheck({ file, env, out, err }: CheckOptions): Promise<number> {
  const loaded = load(file, env);
  if (loaded instanceof ConfigError) {
    err(`${loaded.message}\n`);
    return 1;
  }
  const { config, revision, warnings } = loaded;
  out(`# Effective configuration of ${file}, revision ${revision}; secrets are masked.\n${maskedYaml(config)}`);
  for (const warning of warnings) err(`warning ${formatProblem(warning).replace(/^- /, '')}\n`);
  const count = warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`;
  err(`${file} is valid, revision ${revision}, ${count}\n`);
  return 0;
}

function load(file: string, env: Environment): LoadedConfig | ConfigError {
  try {
    return loadConfig({ file, env });
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}
