/**
 * Writes the Grafana dashboards and `docs/metrics.md` from `dashboards/src` and the catalogue of metrics. Run it after
 * a change of either, and commit what it wrote: a test compares.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const BUILT = 'node_modules/.cache/spillway-dashboards';

execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'dashboards/tsconfig.json'], {
  stdio: 'inherit',
});
writeFileSync(`${BUILT}/package.json`, '{"type":"module"}\n');

const { outputs } = await import(new URL(`../${BUILT}/dashboards/src/outputs.js`, import.meta.url));
for (const { path, text } of outputs()) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(`wrote ${path}`);
}
