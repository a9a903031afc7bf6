/** Real Redis in more than one process: a master with its replica behind sentinels, and a cluster. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort, type RedisServer, startRedis, untilReady, watchdogOf } from './redis-server.js';

const PATIENCE_MS = 20_000;

/** Sends one command to one server, whatever the others think of it. */
export async function tell(port: number, ...command: Array<string | number>): Promise<unknown> {
  const client = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {});
  try {
    await client.connect();
    return await client.call(String(command[0]), ...command.slice(1).map(String));
  } finally {
    client.disconnect();
  }
}

export async function eventually(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${PATIENCE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export interface Sentinels {
  readonly name: string;
  readonly nodes: ReadonlyArray<{ readonly host: string; readonly port: number }>;
  readonly master: RedisServer;
  readonly replica: RedisServer;
  stop(): Promise<void>;
}

/** A master, its replica, and three sentinels that notice within half a second when it is gone. */
export async function startSentinels(): Promise<Sentinels> {
  const master = await startRedis();
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
  await eventually('replication', async () =>
    String(await tell(replica.port, 'info', 'replication')).includes('link_status:up'),
  );
  const sentinels = await Promise.all([0, 1, 2].map(() => startSentinel(master.port)));
  const nodes = sentinels.map(({ port }) => ({ host: '127.0.0.1', port }));
  await eventually('the sentinels know each other and the replica', async () => {
    const told = await Promise.all(nodes.map(({ port }) => tell(port, 'sentinel', 'master', 'claims')));
    return told.every((facts) => {
      const list = facts as string[];
      const fact = (name: string): string => list[list.indexOf(name) + 1] ?? '';
      return fact('num-other-sentinels') === '2' && fact('num-slaves') === '1';
    });
  });
  return {
    name: 'claims',
    nodes,
    master,
    replica,
    async stop() {
      await Promise.all(sentinels.map((one) => one.stop()));
      await Promise.all([master.stop(), replica.stop()]);
    },
  };
}

async function startSentinel(masterPort: number): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-sentinel-'));
  const port = await freePort();
  const file = join(folder, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor claims 127.0.0.1 ${masterPort} 2`,
    'sentinel down-after-milliseconds claims 500',
    'sentinel failover-timeout claims 2000',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const child: ChildProcess = spawn(process.env.REDIS_SERVER ?? 'redis-server', [file, '--sentinel'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const watchdog = watchdogOf(child, folder);
  await untilReady(child, /\+monitor master/);
  return {
    port,
    async stop() {
      watchdog?.kill('SIGKILL');
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface RedisCluster {
  readonly nodes: ReadonlyArray<{ readonly host: string; readonly port: number }>;
  readonly masters: readonly RedisServer[];
  /** Of the master that holds the tag given at start. */
  readonly replica: RedisServer;
  /** The master that holds the tag, and another one. */
  readonly owner: RedisServer;
  readonly other: RedisServer;
  readonly slot: number;
  stop(): Promise<void>;
}

/** Three masters, and a replica of the one that holds `tag`; a master counts as failed after a second. */
export async function startCluster(tag: string): Promise<RedisCluster> {
  const start = async (): Promise<RedisServer> =>
    startRedis({
      args: [
        ...['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000', '--cluster-port', String(await freePort())],
        ...['--cluster-require-full-coverage', 'no'],
      ],
    });
  const servers = await Promise.all([start(), start(), start(), start()]);
  const masters = servers.slice(0, 3);
  const replica = servers[3]!;
  const slot = Number(await tell(masters[0]!.port, 'cluster', 'keyslot', `{${tag}}`));
  const ranges = [
    [0, 5460],
    [5461, 10_922],
    [10_923, 16_383],
  ] as const;
  await Promise.all(masters.map((one, i) => tell(one.port, 'cluster', 'addslotsrange', ...ranges[i]!)));
  // Without an epoch of its own each, two masters may believe to be first.
  await Promise.all(servers.map((one, i) => tell(one.port, 'cluster', 'set-config-epoch', i + 1)));
  for (const one of servers.slice(1)) {
    const busPort = one.options.args![one.options.args!.indexOf('--cluster-port') + 1]!;
    await tell(masters[0]!.port, 'cluster', 'meet', '127.0.0.1', one.port, busPort);
  }
  const at = ranges.findIndex(([from, to]) => slot >= from && slot <= to);
  const owner = masters[at]!;
  const ownerId = String(await tell(owner.port, 'cluster', 'myid'));
  await eventually('everybody is known', async () => {
    const known = await Promise.all(servers.map((one) => tell(one.port, 'cluster', 'nodes')));
    return known.every((text) => String(text).trim().split('\n').length === 4 && !String(text).includes('handshake'));
  });
  await tell(replica.port, 'cluster', 'replicate', ownerId);
  await eventually('the cluster is up', async () => {
    const states = await Promise.all(servers.map((one) => tell(one.port, 'cluster', 'info')));
    const linked = String(await tell(replica.port, 'info', 'replication')).includes('master_link_status:up');
    return linked && states.every((text) => String(text).includes('cluster_state:ok'));
  });
  return {
    nodes: masters.map(({ port }) => ({ host: '127.0.0.1', port })),
    masters,
    replica,
    owner,
    other: masters[(at + 1) % 3]!,
    slot,
    async stop() {
      await Promise.all(servers.map((one) => one.stop()));
    },
  };
}

/** Moves a slot with all its keys to another master, as `redis-cli --cluster reshard` does: some keys a step. */
export async function moveSlot(
  cluster: RedisCluster,
  from: RedisServer,
  to: RedisServer,
  keysAtOnce = 10,
): Promise<number> {
  const { slot } = cluster;
  const [fromId, toId] = [await tell(from.port, 'cluster', 'myid'), await tell(to.port, 'cluster', 'myid')];
  await tell(to.port, 'cluster', 'setslot', slot, 'importing', String(fromId));
  await tell(from.port, 'cluster', 'setslot', slot, 'migrating', String(toId));
  let moved = 0;
  for (;;) {
    const keys = (await tell(from.port, 'cluster', 'getkeysinslot', slot, keysAtOnce)) as string[];
    if (keys.length === 0) break;
    await tell(from.port, 'migrate', '127.0.0.1', to.port, '', 0, 5000, 'KEYS', ...keys);
    moved += keys.length;
  }
  for (const master of [to, from, ...cluster.masters]) {
    await tell(master.port, 'cluster', 'setslot', slot, 'node', String(toId));
  }
  return moved;
}
