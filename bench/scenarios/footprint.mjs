/** What a gateway takes while nobody claims: the time to start, memory, and memory for connections that only stay. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LOAD_CORE, pinned } from '../stand/machine.mjs';
import { residentBytes } from '../stand/processes.mjs';
import { subjects } from '../subjects/all.mjs';
import { throughput } from './catalogue.mjs';
import { claim } from './prepare.mjs';
import { median } from './throughput.mjs';

const NAMES = ['spillway-redis', 'spillway-memory', 'bare-proxy'];
const IDLE_CONNECTIONS = fileURLToPath(new URL('../load/idle-connections.mjs', import.meta.url));
const CONNECTIONS = 10_000;
/** How long a process is left alone before its memory is looked at, in milliseconds. */
const SETTLE_MS = 2000;
const MIB = 2 ** 20;
const admitted = throughput.find(({ name }) => name === 'admitted');

export const footprint = {
  name: 'footprint',
  title: `Start to the first answer, idle memory, and memory of ${CONNECTIONS} idle connections that asked once`,
  columns: [
    ['startMs', 'start ms'],
    ['idleMiB', 'idle MiB'],
    ['connectedMiB', 'with connections MiB'],
    ['kBPerConnection', 'kB a connection'],
  ],
  bars: ['spillway-redis', 'spillway-memory'].flatMap((subject) => [
    { subject, metric: 'startMs', most: 700 },
    { subject, metric: 'idleMiB', most: 120 },
    { subject, metric: 'kBPerConnection', most: 15 },
  ]),

  async measure({ service, redis, rounds, tell }) {
    const rows = [];
    for (const name of NAMES) {
      const results = [];
      for (let round = 0; round < rounds; round++) {
        tell(`footprint, round ${round + 1} of ${rounds}: ${name}`);
        results.push(
          await oneStart(name, { servicePort: service.port, redisPort: redis.port, limits: admitted.limits }),
        );
      }
      const keys = Object.keys(results[0]);
      const medians = Object.fromEntries(keys.map((key) => [key, median(results.map((one) => one[key]))]));
      rows.push({ name, title: subjects[name].title, ...medians });
    }
    return rows;
  },
};

/** @param options - memory: whether it is looked at, too */
export async function oneStart(name, context, { memory = true } = {}) {
  const beganMs = performance.now();
  const subject = await subjects[name].start(context);
  try {
    const status = await claim(subject.port, admitted.request, 'first');
    if (status !== 200) throw new Error(`The first claim was answered with ${status}`);
    const startMs = performance.now() - beganMs;
    if (!memory) return { startMs };
    await sleep(SETTLE_MS);
    const idle = residentBytes(subject.pid);
    const connected = await withConnections(subject.port, name === 'bare-proxy' ? '/' : '/queue/lny/status.json', () =>
      residentBytes(subject.pid),
    );
    const each = (connected - idle) / CONNECTIONS / 1000;
    return { startMs, idleMiB: idle / MIB, connectedMiB: connected / MIB, kBPerConnection: each };
  } finally {
    await subject.stop();
  }
}

async function withConnections(port, path, look) {
  const plan = JSON.stringify({ port, path, count: CONNECTIONS });
  const [file, argv] = pinned(LOAD_CORE, process.execPath, [IDLE_CONNECTIONS, plan]);
  const child = spawn(file, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    await Promise.race([once(child.stdout, 'data'), failed(child)]);
    await sleep(SETTLE_MS);
    return look();
  } finally {
    const gone = once(child, 'exit');
    child.stdin.end();
    await gone;
  }
}

async function failed(child) {
  const [status] = await once(child, 'exit');
  throw new Error(`The connections could not be opened: status ${status}. Open files allowed: see ulimit -n.`);
}
