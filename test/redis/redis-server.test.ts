import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { transformSync } from '@swc/core';
import { Redis } from 'ioredis';
import { startRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';

async function withClient<T>(url: string, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { retryStrategy: null });
  client.on('error', () => {});
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

describe('startRedis', () => {
  it('serves at once, many at a time, each on a port of its own, and leaves neither process nor folder', async () => {
    const servers = await Promise.all([startRedis(), startRedis(), startRedis()]);
    expect(new Set(servers.map((server) => server.port)).size).toBe(3);
    for (const server of servers) {
      expect(await withClient(server.url, (client) => client.ping())).toBe('PONG');
    }
    const pids = servers.map((server) => server.pid);
    await Promise.all(servers.map((server) => server.stop()));
    for (const pid of pids) expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
    for (const server of servers) expect(existsSync(server.folder)).toBe(false);
  });

  it('keeps nothing over a kill, unless asked for an append-only file', async () => {
    const [forgetful, durable] = await Promise.all([
      startRedis(),
      startRedis({ appendonly: true, args: ['--appendfsync', 'always'] }),
    ]);
    for (const server of [forgetful, durable]) {
      await withClient(server.url, (client) => client.set('number', '7'));
      await server.restart();
    }
    expect(await withClient(forgetful.url, (client) => client.get('number'))).toBeNull();
    expect(await withClient(durable.url, (client) => client.get('number'))).toBe('7');
    await Promise.all([forgetful.stop(), durable.stop()]);
  });

  it('answers nothing while frozen, and what was asked once thawed', async () => {
    const server = await startRedis();
    await withClient(server.url, async (client) => {
      await client.ping();
      server.freeze();
      let answered = false;
      const answer = client.incr('n').then((n) => {
        answered = true;
        return n;
      });
      expect(await Promise.race([answer, nothingFor(50)])).toBe('nothing');
      expect(answered).toBe(false);
      server.thaw();
      expect(await answer).toBe(1);
    });
    await server.stop();
  });

  it('can be stopped while frozen', async () => {
    const server = await startRedis();
    server.freeze();
    await server.stop();
    expect(server.pid).toBeNull();
  });

  it('does not outlive the process that started it, however that ends', async () => {
    const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
    const starter = spawn(process.execPath, ['--input-type=module', '-e', starterSource()], { stdio });
    const [line] = (await once(starter.stdout, 'data')) as [Buffer];
    const { port, folder } = JSON.parse(line.toString()) as { port: number; folder: string };
    const socket = connect(port, '127.0.0.1').resume();
    await once(socket, 'connect');
    const ended = once(socket, 'close');
    starter.kill('SIGKILL');
    await ended;
    await until(() => !existsSync(folder));
  });

  it('says what redis-server said when it cannot start', async () => {
    await expect(startRedis({ args: ['--no-such-setting', '1'] })).rejects.toThrow(/no-such-setting/);
  });
});

function nothingFor(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, ms, 'nothing'));
}

/** A program that starts a server as a test does, says where it is, and stays. */
function starterSource(): string {
  const source = readFileSync(new URL('../support/redis-server.ts', import.meta.url), 'utf8');
  const { code } = transformSync(source, { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } });
  const tail = 'const { port, folder } = await startRedis(); console.log(JSON.stringify({ port, folder }));';
  return `${code.replace(/^import .* from ["']@jest\/globals["'];$/m, '')}\n${tail}\nsetInterval(() => {}, 1000);`;
}
