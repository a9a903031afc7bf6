import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/kernel/clock.js';
import { createLogger } from '../../src/kernel/logger.js';
import { Drain, type DrainOptions } from '../../src/lifecycle/drain.js';
import { Readiness } from '../../src/lifecycle/readiness.js';

/** A server that answers `/slow` only when told, everything else at once. */
async function open(options: Partial<DrainOptions> = {}) {
  const held: ServerResponse[] = [];
  const arrivals: Array<() => void> = [];
  const server = createServer((req, res) => {
    if (req.url !== '/slow') return res.end('ok');
    held.push(res);
    for (const arrived of arrivals.splice(0)) arrived();
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const readiness = new Readiness();
  readiness.configured();
  readiness.listening();
  const drain = new Drain({
    readiness,
    servers: [server],
    leaveMs: 30,
    drainMs: 5000,
    releases: [],
    clock: systemClock,
    logger: createLogger('silent'),
    ...options,
  });
  const agent = new Agent({ keepAlive: true });
  const port = (server.address() as AddressInfo).port;
  const ask = (path: string) => request(port, path, agent);
  const slowArrived = () => new Promise<void>((resolve) => arrivals.push(resolve));
  return { server, drain, readiness, ask, held, port, slowArrived };
}

interface Answer {
  readonly body: string;
  readonly connection: string | undefined;
}

function request(port: number, path: string, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', path, agent }, (res: IncomingMessage) => {
      let body = '';
      res.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      res.on('end', () => resolve({ body, connection: res.headers.connection }));
    }).on('error', reject);
  });
}

function refused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(true));
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
  });
}

const closed = (server: Server) => once(server, 'close');

describe('Drain', () => {
  it('is not ready at once, serves on while it leaves, and asks clients to close their connections', async () => {
    const { drain, readiness, ask } = await open();
    expect((await ask('/')).connection).toBe('keep-alive');
    const done = drain.stop();
    expect([drain.phase, readiness.state]).toEqual(['leaving', 'draining']);
    expect(await ask('/')).toEqual({ body: 'ok', connection: 'close' });
    expect(await done).toBe(0);
    expect(drain.phase).toBe('done');
  });

  it('answers what is in flight, takes no new connection, and ends with 0', async () => {
    let finishing = () => {};
    const told = new Promise<void>((resolve) => {
      finishing = resolve;
    });
    const { drain, ask, held, port, slowArrived } = await open({ onFinishing: () => finishing() });
    const arrived = slowArrived();
    const slow = ask('/slow');
    await arrived;
    const done = drain.stop();
    await told;
    expect(drain.phase).toBe('finishing');
    expect(await refused(port)).toBe(true);
    held[0]?.end('paid');
    expect((await slow).body).toBe('paid');
    expect(await done).toBe(0);
  });

  it('closes idle connections instead of waiting for them', async () => {
    const { drain, ask, server } = await open();
    await ask('/');
    const fromMs = performance.now();
    const gone = closed(server);
    expect(await drain.stop()).toBe(0);
    await gone;
    expect(performance.now() - fromMs).toBeLessThan(1000);
  });

  it('cuts off what takes longer than the drain time, and ends with 1', async () => {
    const { drain, ask, slowArrived } = await open({ drainMs: 60 });
    const arrived = slowArrived();
    const slow = ask('/slow').catch((err: NodeJS.ErrnoException) => err.code);
    await arrived;
    expect(await drain.stop()).toBe(1);
    expect(await slow).toBe('ECONNRESET');
  });

  it('waits for nobody when asked again, in whatever phase', async () => {
    for (const leaveMs of [60_000, 0]) {
      const { drain, ask, slowArrived } = await open({ leaveMs, drainMs: 60_000 });
      const arrived = slowArrived();
      const slow = ask('/slow').catch((err: NodeJS.ErrnoException) => err.code);
      await arrived;
      const first = drain.stop();
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(drain.phase).toBe(leaveMs === 0 ? 'finishing' : 'leaving');
      const second = drain.stop();
      expect(await Promise.all([first, second])).toEqual([1, 1]);
      expect(await slow).toBe('ECONNRESET');
    }
  });

  it('gives back last what was taken first, all of it even if one fails, and says so with 1', async () => {
    const given: string[] = [];
    const give = (name: string) => () => {
      given.push(name);
      return name === 'pool' ? Promise.reject(new Error('stuck')) : Promise.resolve();
    };
    const { drain, server } = await open({ leaveMs: 0, releases: [give('store'), give('pool'), give('admin')] });
    expect(await drain.stop()).toBe(1);
    expect(given).toEqual(['admin', 'pool', 'store']);
    expect(server.listening).toBe(false);
  });
});

describe('Readiness', () => {
  it('is ready when configured and listening, and never again after a drain', () => {
    const readiness = new Readiness();
    const states = [readiness.state];
    readiness.configured();
    states.push(readiness.state);
    readiness.listening();
    states.push(readiness.state);
    readiness.drain();
    readiness.listening();
    states.push(readiness.state);
    expect(states).toEqual(['starting', 'starting', 'ready', 'draining']);
  });

  it('shows details without depending on them', () => {
    const readiness = new Readiness();
    readiness.configured();
    readiness.listening();
    let mode = 'normal';
    readiness.detail('store', () => ({ mode }));
    mode = 'local';
    expect(readiness.report()).toMatchObject({ ready: true, details: { store: { mode: 'local' } } });
  });
});
