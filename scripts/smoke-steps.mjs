/** What every script that starts a built gateway needs: free ports, patience, and a sentence for each thing that holds. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const START_MS = 20_000;

/** Ports that were free a moment ago, all different. */
export async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

export function expect(held, sentence) {
  if (!held) throw new Error(`this does not hold: ${sentence}`);
  console.log(`holds: ${sentence}`);
}

/** Asks until the gateway is ready; refused connections and 503 mean: not yet. */
export async function untilReady(url, gone) {
  const until = Date.now() + START_MS;
  while (Date.now() < until) {
    const answer = await Promise.race([fetch(url).catch(() => null), gone]);
    if (answer?.status === 200) return;
    await pause(100);
  }
  throw new Error(`the gateway was not ready within ${START_MS} ms`);
}
