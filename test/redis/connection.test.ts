import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { createLogger } from '../../src/kernel/logger.js';
import {
  type ConnectionState,
  connectRedis,
  IoredisConnection,
  type RedisConnection,
} from '../../src/redis/connection.js';
import { endpoint, MIN_SILENCE_MS, redisOptions, retryDelayMs } from '../../src/redis/connection-options.js';
import { faultOf } from '../../src/redis/faults.js';
import { startRedis } from '../support/redis-server.js';
import { connected } from './connected.js';
import { storeConfig } from './store-config.js';

function state(connection: RedisConnection, wanted: ConnectionState): Promise<void> {
  return new Promise((resolve) => {
    if (connection.state === wanted) return resolve();
    const stop = connection.onState((state) => {
      if (state !== wanted) return;
      stop();
      resolve();
    });
  });
}

const fault = (call: Promise<unknown>): Promise<string> => call.then(() => 'answered', faultOf);

describe('connectRedis', () => {
  it('refuses at once what is sent while the store is away, and serves again when it is back', async () => {
    const server = await startRedis();
    const connection = await connected(server.url);
    await server.kill();
    await state(connection, 'lost');
    expect(await fault(connection.send('incr', ['n']))).toBe('not-sent');
    await server.start();
    await state(connection, 'ready');
    expect(await connection.send('incr', ['n'])).toBe(1);
    await connection.close();
    await server.stop();
  });

  it('outlives a socket that breaks twice over, as a TLS handshake may that both sides give up', async () => {
    const server = await startRedis();
    const connection = await connected(server.url);
    const { stream } = (connection as IoredisConnection).client as unknown as { readonly stream: Socket };
    for (const why of ['not trusted', 'alert']) stream.emit('error', new Error(why));
    stream.destroy();
    await state(connection, 'lost');
    await state(connection, 'ready');
    await connection.close();
    await server.stop();
  });

  it('refuses at once a call whose server dies, and never sends it again', async () => {
    const server = await startRedis({ appendonly: true });
    const connection = await connected(server.url);
    server.freeze();
    const call = fault(connection.send('incr', ['n']));
    await server.kill();
    const killedAtMs = performance.now();
    expect(await call).toBe('unknown');
    expect(performance.now() - killedAtMs).toBeLessThan(MIN_SILENCE_MS / 2);
    await server.start();
    await state(connection, 'ready');
    expect(await connection.send('get', ['n'])).toBeNull();
    await connection.close();
    await server.stop();
  });

  it('gives up a socket that goes silent, and comes back when the server does', async () => {
    const server = await startRedis();
    const connection = await connected(server.url);
    server.freeze();
    const sentAtMs = performance.now();
    expect(await fault(connection.send('ping', []))).toBe('unknown');
    await state(connection, 'lost');
    expect(performance.now() - sentAtMs).toBeLessThan(3000);
    server.thaw();
    const thawedAtMs = performance.now();
    await state(connection, 'ready');
    expect(performance.now() - thawedAtMs).toBeLessThan(3000);
    await connection.close();
    await server.stop();
  });

  it('leaves an idle connection alone', async () => {
    const server = await startRedis();
    const connection = await connected(server.url);
    const states: ConnectionState[] = [];
    connection.onState((state) => states.push(state));
    await connection.send('ping', []);
    await new Promise((resolve) => setTimeout(resolve, 1300));
    expect(states).toEqual([]);
    await connection.close();
    await server.stop();
  });

  it('tries again soon with a server that accepts the connection, says nothing and closes nothing; can be closed', async () => {
    const mute = createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => {}).resume());
    mute.listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const url = `redis://127.0.0.1:${(mute.address() as AddressInfo).port}`;
    const connection = connectRedis(storeConfig(url), createLogger('silent'));
    await once(mute, 'connection');
    const fromMs = performance.now();
    await once(mute, 'connection');
    expect(performance.now() - fromMs).toBeLessThan(2000);
    const closingMs = performance.now();
    await connection.close();
    expect(performance.now() - closingMs).toBeLessThan(800);
    mute.close();
  });

  it('signs in as the user of the URL, to the database of the URL', async () => {
    const user = '--user gate on >p%ss ~* +@all --user default off'.split(' ');
    const server = await startRedis({ args: user });
    const connection = await connected(`redis://gate:p%25ss@127.0.0.1:${server.port}/3`);
    expect(await connection.send('acl', ['whoami'])).toBe('gate');
    expect(await connection.send('client', ['info'])).toMatch(/ db=3 /);
    await connection.close();
    await server.stop();
  });

  it('begins anew where the client gives up by itself, as when a sentinel speaks during an attempt', async () => {
    const server = await startRedis();
    const client = new Redis(redisOptions(storeConfig(server.url)));
    const connection = new IoredisConnection(client, createLogger('silent'));
    await state(connection, 'ready');
    const { connector } = client as unknown as { connector: { connect(): Promise<unknown> } };
    const connect = connector.connect.bind(connector);
    connector.connect = () => {
      connector.connect = connect;
      return Promise.reject(new Error('Connection is closed.'));
    };
    await server.restart();
    await state(connection, 'ready');
    expect(await connection.send('ping', [])).toBe('PONG');
    await connection.close();
    expect(connection.state).toBe('closed');
    await server.stop();
  });

  it('closes in every state, and is not ready afterwards', async () => {
    const connection = connectRedis(storeConfig('redis://127.0.0.1:1'), createLogger('silent'));
    await state(connection, 'lost');
    await connection.close();
    expect(connection.state).toBe('closed');
    await expect(connection.ready(AbortSignal.timeout(20))).rejects.toThrow(/timeout/);
    const early = connectRedis(storeConfig('redis://127.0.0.1:1'), createLogger('silent'));
    await early.close();
    expect(early.state).toBe('closed');
  });
});

describe('the options of the connection', () => {
  it('cannot be changed by query parameters of the URL', () => {
    const options = redisOptions(storeConfig('redis://h:1/2?enableOfflineQueue=true&commandTimeout=1'));
    expect(options).toMatchObject({ host: 'h', port: 1, db: 2, enableOfflineQueue: false, commandTimeout: 1000 });
  });

  it('name the server for TLS, and no address', () => {
    expect(endpoint('rediss://redis.example').tls).toEqual({ servername: 'redis.example' });
    expect(endpoint('rediss://[::1]:7000')).toMatchObject({ host: '::1', port: 7000, tls: {} });
    expect(endpoint('redis://h').tls).toBeUndefined();
  });

  it('refuse a database that is not a number', () => {
    expect(() => endpoint('redis://h/first')).toThrow("'first' is not a whole number");
  });

  it('spread attempts to reconnect, from 25 ms to 750 ms', () => {
    expect([1, 2, 3, 9, 5000].map((attempt) => retryDelayMs(attempt, () => 0.5))).toEqual([50, 100, 200, 500, 500]);
    expect(retryDelayMs(1, () => 0)).toBe(25);
    expect(retryDelayMs(9, () => 0.999999)).toBe(750);
  });
});
