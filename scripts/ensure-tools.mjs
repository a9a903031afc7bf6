/**
 * Makes sure that the tests find the real programs that they run against: a redis-server, a Chromium, an nginx,
 * Prometheus and Alertmanager with their tools, Python for the verifier of a page, and curl for what the pages tell
 * people to type. One on the PATH, or
 * named by its variable, is enough. On Debian and Ubuntu, as root, what is missing is installed; elsewhere one sentence
 * says what to do, and the exit status is 1.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { platform } from 'node:os';

const TOOLS = [
  { command: 'redis-server', variable: 'REDIS_SERVER', debian: 'redis-server', brew: 'redis' },
  { command: 'chromium', variable: 'CHROMIUM', debian: 'chromium', brew: '--cask chromium' },
  { command: 'nginx', variable: 'NGINX', debian: 'nginx', brew: 'nginx' },
  { command: 'curl', variable: null, debian: 'curl', brew: 'curl' },
  { command: 'python3', variable: null, debian: 'python3', brew: 'python' },
  { command: 'promtool', variable: null, debian: 'prometheus', brew: 'prometheus' },
  { command: 'amtool', variable: null, debian: 'prometheus-alertmanager', brew: 'alertmanager' },
];

function give(sentence) {
  console.error(`ensure-tools: ${sentence}`);
  process.exit(1);
}

/** nginx knows only the short form. */
function runs(command) {
  return ['--version', '-v'].some((word) => spawnSync(command, [word], { stdio: 'ignore' }).status === 0);
}

function isThere({ command, variable }) {
  const named = variable === null ? undefined : process.env[variable];
  if (named !== undefined && !runs(named))
    give(`${variable} names '${named}', which does not run; correct or unset it.`);
  return named !== undefined || runs(command);
}

function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', args, { stdio: 'inherit', env }).status === 0;
}

const missing = TOOLS.filter((tool) => !isThere(tool));
if (missing.length === 0) process.exit(0);
const commands = missing.map(({ command }) => command).join(', ');
const packages = missing.map(({ debian }) => debian);
if (platform() === 'darwin') {
  give(`the tests need ${commands}: run "brew install ${missing.map(({ brew }) => brew).join(' ')}" and try again.`);
}
if (platform() !== 'linux') give(`the tests need ${commands}: run them in WSL, or name each by its variable.`);
if (!existsSync('/usr/bin/apt-get')) give(`the tests need ${commands}: install them with your package manager.`);
if (process.getuid?.() !== 0) {
  give(`the tests need ${commands}: run "sudo apt-get install -y ${packages.join(' ')}" and try again.`);
}

console.error(`ensure-tools: installing ${packages.join(', ')} with apt-get.`);
const installed = apt('update') && apt('install', '-y', '--no-install-recommends', ...packages);
if (!installed || !missing.every(isThere)) give('apt-get could not install them: see its messages above.');
