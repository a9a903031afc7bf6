/** What the machine has no more of: memory of the Redis, its right to write, file descriptors, a reader of the log. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import { buildGateway, disposeBuild } from '../claims/built-gateway.js';
import { claim } from '../gateway/client.js';
import { GatewayBench, gatewayYaml, type RunningGateway } from '../support/gateway.js';
import { GatewayMachine } from '../support/gateway-machine.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { tell } from '../support/redis-topologies.js';
import { until } from '../support/until.js';

jest.setTimeout(120_000);

const bench = new GatewayBench();
const servers: RedisServer[] = [];
afterEach(async () => {
  await bench.stopAll();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function redisOf(...args: string[]): Promise<RedisServer> {
  const server = await startRedis({ args });
  servers.push(server);
  return server;
}

async function open(redis: RedisServer, onStoreFailure = 'closed'): Promise<RunningGateway> {
  const upstream = await bench.recording();
  const store = { deadlineMs: 500 };
  return bench.open(upstream.url, { redisUrl: redis.url, store, campaign: { onStoreFailure } });
}

async function mode({ metrics }: RunningGateway, name: string): Promise<boolean> {
  return (await metrics()).get(`spillway_store_mode{mode="${name}"}`) === 1;
}

async function granted(port: number, name: string): Promise<boolean> {
  return (await claim(port, `${name}-${performance.now()}`)).status === 201;
}

describe('a Redis that is full (maxmemory, noeviction)', () => {
  it('refuses writes: the policy holds, is seen to hold for as long, and ends with the shortage', async () => {
    const redis = await redisOf('--maxmemory-policy', 'noeviction');
    const gateway = await open(redis);
    expect(await granted(gateway.port, 'before')).toBe(true);
    await tell(redis.port, 'config', 'set', 'maxmemory', '1');
    // Redis lets a script go on whose first write takes something away, as a call does that ticks.
    const refused = async () => {
      const { status, json } = await claim(gateway.port, `ann-${performance.now()}`);
      return status === 503 && json().code === 'STORE_UNAVAILABLE';
    };
    await until(refused, 20_000);
    await until(() => mode(gateway, 'closed'), 20_000);
    // A ping would be answered; the probe writes, and so the breaker stays open.
    const errors = async () =>
      Number(/errorstat_OOM:count=(\d+)/.exec(String(await tell(redis.port, 'info', 'errorstats')))?.[1]);
    const probes = await errors();
    await until(async () => (await errors()) > probes, 20_000);
    expect(await mode(gateway, 'closed')).toBe(true);
    await tell(redis.port, 'config', 'set', 'maxmemory', '0');
    await until(() => granted(gateway.port, 'after'), 20_000);
  });
});

describe('a Redis that has become a replica (READONLY)', () => {
  it('is asked no more until it takes writes again; `local` goes on meanwhile', async () => {
    const [redis, other] = [await redisOf(), await redisOf()];
    const gateway = await open(redis, 'local');
    expect(await granted(gateway.port, 'before')).toBe(true);
    await tell(redis.port, 'replicaof', '127.0.0.1', other.port);
    await claim(gateway.port, 'ann');
    await until(() => mode(gateway, 'local'), 20_000);
    await until(() => granted(gateway.port, 'meanwhile'), 20_000);
    await tell(redis.port, 'replicaof', 'no', 'one');
    await until(() => mode(gateway, 'normal'), 20_000);
    await until(() => granted(gateway.port, 'after'), 20_000);
  });
});

describe('a gateway process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-limits-'));
  const file = join(folder, 'spillway.yaml');
  let build = '';
  afterAll(() => {
    if (build !== '') disposeBuild(build);
    rmSync(folder, { recursive: true });
  });

  it('out of file descriptors lives on, and serves when there are some again', async () => {
    build = buildGateway();
    const upstream = await bench.recording();
    writeFileSync(file, gatewayYaml(upstream.url));
    const machine = await GatewayMachine.start({ build, file, wrapper: ['prlimit', '--nofile=160'] });
    try {
      expect(await granted(machine.port, 'before')).toBe(true);
      const sockets: Socket[] = [];
      for (let i = 0; i < 400; i++) sockets.push(connect(machine.port, '127.0.0.1').on('error', () => {}));
      await until(() => sockets.filter((socket) => socket.closed).length > 20, 20_000);
      for (const socket of sockets) socket.destroy();
      await until(() => granted(machine.port, 'after').catch(() => false), 20_000);
    } finally {
      await machine.kill();
    }
  });

  it('that is held up leaves nobody outside: connections wait in the queue, and are answered when it goes on', async () => {
    build ||= buildGateway();
    const upstream = await bench.recording();
    writeFileSync(file, gatewayYaml(upstream.url, { upstream: { concurrency: { limit: 1000 } } }));
    const machine = await GatewayMachine.start({ build, file });
    try {
      machine.signal('SIGSTOP');
      // More than Node's own queue holds: beyond it a client's handshake would go unanswered.
      const sockets = Array.from({ length: 700 }, () => connect(machine.port, '127.0.0.1').on('error', () => {}));
      await until(() => sockets.every(({ connecting }) => !connecting), 20_000);
      const answers = sockets.map(async (socket) => String((await once(socket, 'data'))[0]).slice(0, 12));
      for (const socket of sockets) socket.write('GET /queue/lny/status.json HTTP/1.1\r\nHost: x\r\n\r\n');
      machine.signal('SIGCONT');
      expect(new Set(await Promise.all(answers))).toEqual(new Set(['HTTP/1.1 200']));
      for (const socket of sockets) socket.destroy();
    } finally {
      machine.signal('SIGCONT');
      await machine.kill();
    }
  });

  it('whose log nobody reads goes on: what does not fit is dropped', async () => {
    build ||= buildGateway();
    const upstream = await bench.recording();
    writeFileSync(file, gatewayYaml(upstream.url));
    const machine = await GatewayMachine.start({ build, file });
    try {
      machine.child.stdout!.pause();
      // Each says a line; more of them than a pipe holds.
      const long = 'x'.repeat(6000);
      for (let i = 0; i < 60; i++) {
        writeFileSync(file, `${gatewayYaml(upstream.url)}# ${i}\n${long}: 1\n`);
        machine.signal('SIGHUP');
        expect(await granted(machine.port, `unread-${i}`)).toBe(true);
      }
    } finally {
      await machine.kill();
    }
  });
});
