/** Two figures of an open loop: a target that is slow, and refusals by the thousand. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { statsOf } from './stand.mjs';

const CLAIMS = '/campaigns/lny-2026/claims';
const OPEN_LOOP = fileURLToPath(new URL('../load/open-loop.mjs', import.meta.url));

/** Claims of new people at even times. @returns the latency of each that began after `fromSeconds`, sorted, in ms */
async function claims(port, { perSecond, seconds, fromSeconds }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 400 });
  const latencies = [];
  const one = (at) =>
    new Promise((resolve) => {
      const beganMs = performance.now();
      const request = http.request(
        { host: '127.0.0.1', port, path: CLAIMS, method: 'POST', agent, headers: { 'x-user-id': `p${at}` } },
        (response) => {
          response.resume();
          response.on('end', () => {
            if (at >= fromSeconds * perSecond) latencies.push(performance.now() - beganMs);
            resolve();
          });
        },
      );
      request.on('error', resolve);
      request.end();
    });
  const all = [];
  const beganMs = performance.now();
  for (let at = 0; at < perSecond * seconds; at++) {
    const dueMs = beganMs + (at * 1000) / perSecond;
    if (dueMs > performance.now()) await sleep(dueMs - performance.now());
    all.push(one(at));
  }
  await Promise.all(all);
  agent.destroy();
  return latencies.sort((a, b) => a - b);
}

const p99 = (sorted) => sorted[Math.floor(sorted.length * 0.99)];

/** One of two targets takes twenty times as long. */
export async function targets(stand) {
  const fast = await stand.service(['--parallel', '40']);
  const slow = await stand.service(['--parallel', '40', '--service-ms', '1000']);
  const open = {
    upstream: { concurrency: { limit: 200 } },
    campaign: { admission: { ratePerSecond: 2000, burst: 200 } },
  };
  const load = { perSecond: 150, seconds: 15, fromSeconds: 5 };
  const alone = p99(await claims((await stand.gateway([fast], open)).port, load));
  const both = p99(await claims((await stand.gateway([fast, slow], open)).port, load));
  return [
    ['p99 with the slow one removed, ms', alone.toFixed(1), true],
    ['p99 with both, from 5 s on, ms', both.toFixed(1), true],
    ['the one over the other', (both / alone).toFixed(2), both <= 1.3 * alone],
  ];
}

const openLoop = (port, perSecond, seconds) =>
  new Promise((resolve, reject) => {
    const settings = JSON.stringify({ port, path: CLAIMS, perSecond, seconds, warmSeconds: 1 });
    const child = spawn(process.execPath, [OPEN_LOOP, settings], { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.on('exit', (code) =>
      code === 0 ? resolve(JSON.parse(out)) : reject(new Error(`the load ended with ${code}`)),
    );
  });

const memoryMb = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

/** What one gateway answers of a flood of new people, each once: some are let in, the others are told to wait. */
export async function refusals(stand) {
  const rate = 200;
  const service = await stand.service(['--service-ms', '5']);
  const gateway = await stand.gateway([service], {
    upstream: { concurrency: { limit: 100 } },
    campaign: { admission: { ratePerSecond: rate, burst: 20 }, queue: { enabled: false } },
  });
  const rows = [];
  const most = Number(process.env.MOST_REFUSALS ?? 8000);
  for (const [name, perSecond] of [
    ['10 × the rate', 10 * rate],
    [`80 % of ${most}/s`, 0.8 * most],
  ]) {
    const { upTo } = await statsOf(service);
    const beforeMb = memoryMb(gateway.pid);
    const { latencyUs, unanswered } = await openLoop(gateway.port, perSecond, 8);
    const { granted } = await statsOf(service, upTo);
    const goodput = granted / (9 * rate);
    rows.push(
      [`${name}: goodput over the rate`, goodput.toFixed(3), goodput >= 0.95],
      [`${name}: answers p99, ms`, (latencyUs.p99 / 1000).toFixed(1), latencyUs.p99 < 100_000],
      [`${name}: unanswered`, unanswered, unanswered === 0],
      [`${name}: memory before and after, MB`, `${beforeMb.toFixed(0)}, ${memoryMb(gateway.pid).toFixed(0)}`, true],
    );
  }
  await openLoop(gateway.port, 5 * most, 5).catch(() => null);
  await sleep(5000);
  const after = await openLoop(gateway.port, rate, 3);
  rows.push(
    [
      `after ${5 * most}/s: answers p99 5 s later, ms`,
      (after.latencyUs.p99 / 1000).toFixed(1),
      after.latencyUs.p99 < 100_000,
    ],
    ['memory then, MB', memoryMb(gateway.pid).toFixed(0), true],
  );
  return rows;
}
