/**
 * Runs every shell block of the README and the recipes, in order, in a scratch copy: `node scripts/pages.mjs [page...]`.
 * Where this machine allows it, each page has a network of its own, so that the ports it names are free. `npm ci` goes dry:
 * the copy shares the packages of the folder that it was made from.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const RUNNER = join(ROOT, 'scripts/page.mjs');
const NAMESPACES = [
  '--net',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
  ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
];

/** What a clone would hold, with what is not committed yet. */
function scratchCopy() {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-pages-'));
  const files = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' });
  for (const file of files.split('\0').filter((name) => name !== '' && existsSync(join(ROOT, name)))) {
    cpSync(join(ROOT, file), join(folder, file));
  }
  return folder;
}

function ownNetwork() {
  return spawnSync('unshare', [...NAMESPACES, 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' }).status === 0;
}

function runPage(page, folder, isolated) {
  const env = { ...process.env, npm_config_dry_run: 'true', npm_config_offline: 'true' };
  const inside = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh', process.execPath, RUNNER, page];
  const [command, ...args] = isolated ? ['unshare', ...NAMESPACES, ...inside] : [process.execPath, RUNNER, page];
  const { status } = spawnSync(command, args, { cwd: folder, env, stdio: ['ignore', 'inherit', 'inherit'] });
  return status === 0;
}

const named = process.argv.slice(2);
const recipes = readdirSync(join(ROOT, 'docs/recipes')).filter((name) => name.endsWith('.md'));
const pages = named.length > 0 ? named : ['README.md', ...recipes.toSorted().map((name) => `docs/recipes/${name}`)];
const isolated = ownNetwork();
if (!isolated) console.log('No network of its own for each page: the ports that they name have to be free.');
const folder = scratchCopy();
try {
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: folder, stdio: 'inherit' });
  for (const page of pages) {
    const from = performance.now();
    console.log(page);
    if (!runPage(page, folder, isolated)) {
      process.exitCode = 1;
      break;
    }
    console.log(`  all of it: ${((performance.now() - from) / 1000).toFixed(0)} s`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
