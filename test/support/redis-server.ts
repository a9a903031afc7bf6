/**
 * A real redis-server process on a free loopback port, in a folder of its own, for tests that break it.
 * Ready means: it said so itself and answered a PING. A port lost to another process is tried again with a new one.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';

export interface RedisServerOptions {
  /** Keep an append-only file, so that data survives `kill` and `restart`. Default: nothing is kept. */
  readonly appendonly?: boolean;
  /** Further arguments of redis-server, such as `['--maxmemory', '2mb']`. */
  readonly args?: readonly string[];
}

/** How long a start or a stop may take before the test fails, in milliseconds. */
const PATIENCE_MS = 10_000;
const ATTEMPTS = 5;

export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-redis-'));
  for (let attempt = 1; ; attempt++) {
    const server = new RedisServer(await freePort(), folder, options);
    try {
      await server.start();
      return server;
    } catch (err) {
      await server.kill();
      if (attempt === ATTEMPTS || !/address already in use/i.test(String(err))) {
        await rm(folder, { recursive: true, force: true });
        throw err;
      }
    }
  }
}

/** One server for all tests of a file: started before the first, stopped after the last. */
export function sharedRedis(options: RedisServerOptions = {}): () => RedisServer {
  let server: RedisServer | undefined;
  beforeAll(async () => {
    server = await startRedis(options);
  });
  afterAll(async () => {
    await server?.stop();
  });
  return () => {
    if (server === undefined) throw new Error('The shared redis-server is not running: call this inside a test');
    return server;
  };
}

export class RedisServer {
  readonly url: string;
  #child: ChildProcess | null = null;
  #watchdog: ChildProcess | null = null;

  constructor(
    readonly port: number,
    readonly folder: string,
    readonly options: RedisServerOptions,
  ) {
    this.url = `redis://127.0.0.1:${port}`;
  }

  /** The process id; null while it is not running. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  async start(): Promise<void> {
    if (this.#child !== null) throw new Error('This redis-server is already running');
    const keep = this.options.appendonly === true ? 'yes' : 'no';
    const settings = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder, '--save', ''];
    const more = ['--appendonly', keep, '--daemonize', 'no', ...(this.options.args ?? [])];
    const child = spawn(process.env.REDIS_SERVER ?? 'redis-server', [...settings, ...more], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#watchdog = watchdogOf(child, this.folder);
    await untilReady(child);
    await ping(this.port);
  }

  /** Stops it in an orderly way and removes its folder. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Ends it without warning, as a crash does. What it kept on disk stays. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Starts it again on the same port and folder; kills it first if it still runs. */
  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** Holds the process still: the kernel goes on accepting connections and bytes, nobody answers. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = null;
    this.#watchdog?.kill('SIGKILL');
    this.#watchdog = null;
    if (child === null || child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    child.kill('SIGCONT');
    const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    await gone;
    clearTimeout(impatience);
  }
}

/**
 * Ends the server and removes its folder when this process is gone, even by a signal that leaves no time for
 * anything: the watchdog waits for the end of its input, which nobody but this process holds open.
 */
export function watchdogOf(child: ChildProcess, folder: string): ChildProcess | null {
  if (child.pid === undefined) return null;
  const script = 'read -r _; kill -9 "$1" 2>/dev/null; rm -rf "$2"';
  const stdio: ['pipe', 'ignore', 'ignore'] = ['pipe', 'ignore', 'ignore'];
  const watchdog = spawn('sh', ['-c', script, 'watchdog', String(child.pid), folder], { stdio, detached: true });
  watchdog.unref();
  (watchdog.stdin as Socket | null)?.unref();
  return watchdog;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port');
  return address.port;
}

export function untilReady(child: ChildProcess, ready = /ready to accept connections/i): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const impatience = setTimeout(() => fail(`did not get ready within ${PATIENCE_MS} ms`), PATIENCE_MS);
    const fail = (why: string): void => {
      clearTimeout(impatience);
      reject(new Error(`redis-server ${why}:\n${said}`));
    };
    const listen = (chunk: Buffer): void => {
      said = (said + chunk.toString()).slice(-10_000);
      if (!ready.test(said)) return;
      clearTimeout(impatience);
      child.stdout?.off('data', listen).resume();
      child.stderr?.off('data', listen).resume();
      resolve();
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('error', (err) => fail(`could not be started (${err.message})`));
    child.once('close', (code) => fail(`ended with status ${code}`));
  });
}

async function ping(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('redis-server did not answer PING')));
  socket.write('PING\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  // An error reply is an answer too: a server that wants a password says NOAUTH.
  if (!/^[+-]/.test(answer.toString())) throw new Error(`redis-server answered PING with ${answer.toString()}`);
}
