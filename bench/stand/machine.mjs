/** The machine measured on: its cores, who runs on which, and what it is called in the report. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

const hasTaskset = works('taskset', ['-V']);
export const cores = availableParallelism();
export const pinning = hasTaskset && cores >= 2;
/** Where the subject runs, and where everything else does. */
export const SUBJECT_CORE = 0;
export const LOAD_CORE = 1;

/** A command line that keeps a program on one core; as it is where there is nothing to choose. */
export function pinned(core, command, args) {
  return pinning && core !== undefined ? ['taskset', ['-c', String(core), command, ...args]] : [command, args];
}

/** Moves this very process, and all it starts from now on, to a core. */
export function stepTo(core) {
  if (pinning) execFileSync('taskset', ['-a', '-cp', String(core), String(process.pid)], { stdio: 'ignore' });
}

/** Leaves the subject's core to it. */
export function stepAside() {
  stepTo(LOAD_CORE);
}

export function has(command) {
  return works('sh', ['-c', `command -v ${command}`]);
}

/** Time a core was not idle since it started, in microseconds. */
export function coreBusyUs(core) {
  const line = readFileSync('/proc/stat', 'utf8').match(new RegExp(`^cpu${core} (.*)$`, 'm'));
  if (line === null) return 0;
  const [user, nice, system, , , irq, softirq, steal] = line[1].split(' ').map(Number);
  return (user + nice + system + irq + softirq + steal) * 10_000;
}

export function machineFacts() {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    pinning: pinning ? `subject on core ${SUBJECT_CORE}, all else on core ${LOAD_CORE}` : 'none',
    loadBefore: loadavg()[0],
    versions: {
      node: process.version,
      wrk: version('wrk', ['-v'], /wrk\s+(?:debian\/)?(\S+)/),
      nginx: version('nginx', ['-v'], /nginx\/(\S+)/),
      haproxy: version('haproxy', ['-v'], /version (\S+)/),
      redis: version('redis-server', ['--version'], /v=(\S+)/),
    },
  };
}

function version(command, args, pattern) {
  try {
    const out = execFileSync('sh', ['-c', `${command} ${args.join(' ')} 2>&1 || true`], { encoding: 'utf8' });
    return pattern.exec(out)?.[1] ?? null;
  } catch {
    return null;
  }
}

function works(command, args) {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
