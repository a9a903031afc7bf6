/** Opens streams and counts what is heard, on a thread of its own; says `ready`, then the count. */
import { parentPort, workerData } from 'node:worker_threads';
import { openStreams } from '../../bench/load/open-streams.mjs';

const { seconds } = workerData;
const everybody = await openStreams(workerData, 50);
for (const heard of everybody) heard.count = 0;
parentPort.postMessage({ events: 0, fewest: 0, most: 0 });
setTimeout(() => {
  const counts = everybody.map(({ count }) => count).sort((a, b) => a - b);
  // Those who were called meanwhile hear no more positions.
  const waiting = counts.slice(Math.floor(counts.length / 5));
  parentPort.postMessage({ events: counts.reduce((sum, n) => sum + n, 0), fewest: waiting[0], most: counts.at(-1) });
}, seconds * 1000);
