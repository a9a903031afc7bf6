/** A target that is slow, beside one that is not. */
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const CLAIMS = '/campaigns/lny-2026/claims';

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
