/** What must be there before anything is measured: the built gateway, the peers' packages, the tools. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tell } from './command.mjs';
import { cores, has, pinning, stepAside } from './machine.mjs';

const bench = fileURLToPath(new URL('..', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

/** @throws Error with the cure when a tool that nothing can replace is missing */
export async function ready() {
  if (process.platform !== 'linux') throw new Error('npm run bench measures through /proc: it needs Linux.');
  const missing = ['wrk', 'nginx', 'redis-server'].filter((tool) => !has(tool));
  if (missing.length > 0)
    throw new Error(`Missing: ${missing.join(', ')}. Cure: apt-get install wrk nginx redis-server haproxy`);
  if (!pinning) tell(`Nothing is pinned (${cores} cores): subject and load disturb each other, only ratios mean much.`);
  if (!existsSync(`${bench}/node_modules/.package-lock.json`)) {
    tell('Installing what is compared with, once, in bench/node_modules ...');
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: bench,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  if (process.env.SPILLWAY_DIST === undefined) {
    execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' });
  }
  stepAside();
}
