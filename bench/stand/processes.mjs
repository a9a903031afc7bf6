/**
 * Processes of a measurement: started on a core, watched through /proc, stopped by their own ids. Whatever was
 * started and not stopped ends with this process.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pinned } from './machine.mjs';

const PATIENCE_MS = 15_000;
/** Nothing else of this environment may change what is measured. */
const { PATH } = process.env;
const running = new Set();

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Starts a server and waits until it listens.
 * @param core - the core it may use
 * @throws when it ends or does not listen in time, with what it said
 */
export async function startServer({ command, args, port, core, env = {} }) {
  const [file, argv] = pinned(core, command, args);
  const child = spawn(file, argv, { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH, ...env } });
  running.add(child);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-4000);
  });
  let failure = null;
  child.once('error', (fault) => {
    failure = fault;
  });
  const until = performance.now() + PATIENCE_MS;
  while (!(await listens(port))) {
    const ended = failure !== null || child.exitCode !== null || child.signalCode !== null;
    if (ended || performance.now() > until) {
      await stopServer(child);
      throw new Error(`${command} does not listen on ${port}: ${failure?.message ?? said}`);
    }
    await sleep(10);
  }
  return child;
}

export async function stopServer(child) {
  running.delete(child);
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  // A second word ends those who would wait for their clients; the last ends anybody.
  const again = setTimeout(() => child.kill('SIGTERM'), 300);
  const impatience = setTimeout(() => child.kill('SIGKILL'), 3000);
  await gone;
  clearTimeout(again);
  clearTimeout(impatience);
}

export async function stopAll() {
  await Promise.all([...running].map(stopServer));
}

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/** Runs a program to its end. @returns what it printed */
export async function run(command, args, { core, timeoutMs = 120_000 } = {}) {
  const [file, argv] = pinned(core, command, args);
  const child = spawn(file, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const impatience = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const [status] = await once(child, 'close');
  running.delete(child);
  clearTimeout(impatience);
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${err || out}`);
  return out;
}

/** Processor time that a process and its descendants have used so far, in microseconds. */
export function cpuUs(pid) {
  let ns = 0;
  for (const one of familyOf(pid)) {
    for (const thread of readdirSync(`/proc/${one}/task`)) {
      ns += Number(readFileSync(`/proc/${one}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
    }
  }
  return ns / 1000;
}

/** Resident memory of a process and its descendants, in bytes. */
export function residentBytes(pid) {
  let kib = 0;
  for (const one of familyOf(pid)) kib += Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${one}/status`, 'utf8'))[1]);
  return kib * 1024;
}

function familyOf(pid) {
  const family = [pid];
  for (let i = 0; i < family.length; i++) {
    const children = readFileSync(`/proc/${family[i]}/task/${family[i]}/children`, 'utf8').trim();
    if (children !== '') family.push(...children.split(' ').map(Number));
  }
  return family;
}

function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() && true));
    socket.once('error', () => resolve(false));
  });
}
