/** The gateway on every topology of Redis that it can be given, with real servers that fail over. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { claim } from '../gateway/client.js';
import { GatewayBench, type GatewaySettings, type RunningGateway } from '../support/gateway.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import {
  moveSlot,
  type RedisCluster,
  type Sentinels,
  startCluster,
  startSentinels,
  tell,
} from '../support/redis-topologies.js';
import { until } from '../support/until.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

/** Claims of new people until one is granted. */
async function untilGranted(port: number, name: string): Promise<void> {
  let i = 0;
  await until(async () => (await claim(port, `${name}-${i++}`)).status === 201);
}

async function grantAll(port: number, name: string, count: number): Promise<void> {
  const answers = await Promise.all(Array.from({ length: count }, (_, i) => claim(port, `${name}-${i}`)));
  expect(answers.map(({ status }) => status)).toEqual(new Array(count).fill(201));
}

/** What the README of topologies says an operator has to give Spillway. */
const LEAST = [
  ...['evalsha', 'eval', 'get', 'mget', 'set', 'del', 'unlink', 'pexpire', 'time', 'ping', 'hello', 'info'],
  ...['hget', 'hgetall', 'hmget', 'hset', 'hdel', 'hexists', 'hscan', 'zadd', 'zcard', 'zcount', 'zrem'],
  ...['zremrangebyscore', 'zscore', 'setbit', 'getbit', 'bitcount', 'rpush', 'ltrim', 'lrange'],
  ...['client|setname', 'select', 'cluster|slots', 'cluster|info', 'readonly', 'asking'],
].map((command) => `+${command}`);

describe('a Redis with TLS and a user of the least rights', () => {
  const folder = join(process.cwd(), 'test/support/tls');
  let redis: RedisServer;
  let tlsPort: number;

  beforeAll(async () => {
    const [key, cert, ca] = ['server.key', 'server.pem', 'ca.pem'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const spare = await startRedis();
    tlsPort = spare.port;
    await spare.stop();
    const tls = ['--tls-port', String(tlsPort), '--tls-cert-file', cert, '--tls-key-file', key];
    redis = await startRedis({ args: [...tls, '--tls-auth-clients', 'no', '--tls-ca-cert-file', ca] });
    await tell(redis.port, 'acl', 'setuser', 'spillway', 'on', '>pass-word', '~spillway:*', '-@all', ...LEAST);
  });
  afterAll(async () => {
    await redis.stop();
  });

  async function open(settings: GatewaySettings, tls: unknown): Promise<RunningGateway> {
    const upstream = await bench.recording();
    const store = { kind: 'redis', url: `rediss://spillway:pass-word@localhost:${tlsPort}`, tls, deadlineMs: 2000 };
    return bench.open(upstream.url, { ...settings, store });
  }

  it('serves claims, a ledger, a line and settings, and no command is refused', async () => {
    const settings = {
      campaign: {
        claims: { mode: 'per-claimant' },
        budget: { claims: 1000 },
        limits: [{ name: 'per-user', capacity: 5, refillPerSecond: 1 }],
        // So slow that twelve come too fast for it on any machine.
        admission: { ratePerSecond: 1, burst: 3 },
        queue: { holdMs: 0 },
      },
      upstream: { idempotent: true },
    };
    const { port } = await open(settings, { caFile: join(folder, 'ca.pem') });
    await until(async () => (await claim(port, 'user-0')).status === 201);
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => claim(port, `user-${i + 1}`)));
    expect(answers.map(({ status }) => status)).toContain(429);
    expect((await claim(port, 'user-0')).headers['idempotency-replayed']).toBe('true');
    const refused = (await tell(redis.port, 'acl', 'log')) as unknown[];
    expect(JSON.stringify(refused)).toBe('[]');
  });

  it('is not used where its certificate is not trusted', async () => {
    const { port } = await open({}, null);
    expect((await claim(port, 'ann')).status).toBe(503);
  });
});

describe('a Redis behind Sentinel', () => {
  let sentinels: Sentinels;
  beforeAll(async () => {
    sentinels = await startSentinels();
  }, 60_000);
  afterAll(() => sentinels.stop());

  it('is followed to the new master when the old one is killed', async () => {
    const upstream = await bench.recording();
    const { name, nodes, master, replica } = sentinels;
    const store = { kind: 'redis', url: 'redis://127.0.0.1', sentinel: { name, nodes }, deadlineMs: 500 };
    const { port } = await bench.open(upstream.url, { store, campaign: { onStoreFailure: 'closed' } });
    await grantAll(port, 'before', 5);
    await master.kill();
    const promoted = (async () => {
      // A replica that is promoted closes its connections.
      while (!String(await tell(replica.port, 'role').catch(() => '')).startsWith('master')) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return performance.now();
    })();
    await untilGranted(port, 'after');
    const sinceMs = performance.now() - (await promoted);
    expect(sinceMs).toBeLessThan(3000);
    await grantAll(port, 'later', 5);
  }, 60_000);
});

describe('a Redis Cluster', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startCluster('incentives');
  }, 60_000);
  afterAll(() => cluster.stop());

  async function open(): Promise<RunningGateway> {
    const upstream = await bench.recording();
    const store = { kind: 'redis', cluster: cluster.nodes, deadlineMs: 500 };
    return bench.open(upstream.url, { store, campaign: { onStoreFailure: 'closed' } });
  }

  it('serves claims, and goes on serving them while a slot moves', async () => {
    const { port } = await open();
    await grantAll(port, 'before', 20);
    let going = true;
    let [granted, refused] = [0, 0];
    const claims = Promise.all(
      Array.from({ length: 4 }, async (_, client) => {
        for (let i = 0; going; i++) {
          const { status } = await claim(port, `moving-${client}-${i}`);
          if (status === 201) granted++;
          else refused++;
        }
      }),
    );
    expect(await moveSlot(cluster, cluster.owner, cluster.other)).toBeGreaterThan(0);
    await untilGranted(port, 'moved');
    expect(await moveSlot(cluster, cluster.other, cluster.owner)).toBeGreaterThan(0);
    await untilGranted(port, 'back');
    going = false;
    await claims;
    expect(granted).toBeGreaterThan(refused);
  }, 60_000);

  it('is followed to the replica that takes over from a killed master', async () => {
    const { port } = await open();
    await grantAll(port, 'before-kill', 5);
    await cluster.owner.kill();
    let promotedMs = 0;
    const promoted = (async () => {
      while (!JSON.stringify(await tell(cluster.replica.port, 'role')).startsWith('["master"')) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      promotedMs = performance.now();
    })();
    await untilGranted(port, 'after-kill');
    await promoted;
    expect(performance.now() - promotedMs).toBeLessThan(3000);
    await grantAll(port, 'after', 5);
  }, 60_000);
});
