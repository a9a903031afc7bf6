/**
 * Makes sure that the tests find a real redis-server. One on the PATH, or named by REDIS_SERVER, is enough.
 * On Debian and Ubuntu, as root, it is installed; elsewhere one sentence says what to do, and the exit status is 1.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { platform } from 'node:os';

const named = process.env.REDIS_SERVER;
const server = named ?? 'redis-server';

function runs(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}

function give(sentence) {
  console.error(`ensure-redis: ${sentence}`);
  process.exit(1);
}

function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', args, { stdio: 'inherit', env }).status === 0;
}

if (runs(server)) process.exit(0);
if (named !== undefined) give(`REDIS_SERVER names '${named}', which does not run; correct it or unset it.`);
if (platform() === 'darwin') give('the tests need redis-server: run "brew install redis" and try again.');
if (platform() !== 'linux') {
  give('the tests need redis-server: run them in WSL, or set REDIS_SERVER to the path of a redis-server.');
}
if (!existsSync('/usr/bin/apt-get')) {
  give("the tests need redis-server: install it with your system's package manager, or set REDIS_SERVER to its path.");
}
if (process.getuid?.() !== 0) {
  give('the tests need redis-server: run "sudo apt-get install -y redis-server" and try again.');
}

console.error('ensure-redis: no redis-server found; installing it with apt-get.');
const install = ['install', '-y', '--no-install-recommends', 'redis-server'];
if (!(apt('update') && apt(...install) && runs(server))) {
  give('apt-get could not install redis-server: see its messages above, or set REDIS_SERVER to the path of one.');
}
