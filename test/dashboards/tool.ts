/** Debian's tools of Prometheus and Alertmanager. A test that needs one fails where it is missing: nothing is skipped. */
import { spawnSync } from 'node:child_process';

const PACKAGES = { promtool: 'prometheus', amtool: 'prometheus-alertmanager' } as const;

export interface Run {
  readonly status: number | null;
  /** Both streams. */
  readonly text: string;
}

/** @throws Error when the tool is not installed */
export function run(tool: keyof typeof PACKAGES, args: readonly string[], cwd = '.'): Run {
  const { status, stdout, stderr, error } = spawnSync(tool, args, { cwd, encoding: 'utf8' });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') {
    throw new Error(`${tool} is not installed; on Debian: apt-get install --no-install-recommends ${PACKAGES[tool]}`);
  }
  return { status, text: `${stdout}${stderr}` };
}
