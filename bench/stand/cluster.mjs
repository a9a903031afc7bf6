/** A Redis Cluster of masters alone. One slot has a master of its own, the others share the rest. */
import { setTimeout as pause } from 'node:timers/promises';
import { startRedis } from './backing.mjs';
import { freePort } from './processes.mjs';

const SLOTS = 16_384;

/**
 * @param Redis - the client's class
 * @param tag - of the slot that the first master has alone
 */
export async function startCluster(Redis, count, tag) {
  const servers = [];
  for (let at = 0; at < count; at++) {
    const busPort = await freePort();
    const args = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort)];
    servers.push({ ...(await startRedis(args)), busPort });
  }
  const clients = servers.map(({ port }) => new Redis(port, '127.0.0.1'));
  const own = Number(await clients[0].call('cluster', 'keyslot', `{${tag}}`));
  const shares = clients.map(() => []);
  for (let slot = 0; slot < SLOTS; slot++) shares[slot === own ? 0 : 1 + (slot % (count - 1))].push(slot);
  for (const [at, client] of clients.entries()) {
    await client.call('cluster', 'addslots', ...shares[at]);
    await client.call('cluster', 'set-config-epoch', at + 1);
  }
  for (const { port, busPort } of servers.slice(1)) {
    await clients[0].call('cluster', 'meet', '127.0.0.1', port, busPort);
  }
  const isUp = async (client) => String(await client.call('cluster', 'info')).includes('cluster_state:ok');
  const knowsAll = async (client) =>
    String(await client.call('cluster', 'nodes'))
      .trim()
      .split('\n').length === count;
  for (const client of clients) while (!((await knowsAll(client)) && (await isUp(client)))) await pause(50);
  return {
    nodes: servers.map(({ port }) => ({ host: '127.0.0.1', port })),
    clients,
    async stop() {
      for (const client of clients) client.disconnect();
      for (const server of servers) await server.stop();
    },
  };
}
