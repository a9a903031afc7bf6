/**
 * What ioredis is told, and why. Its defaults queue commands for a store that is away and send again what may have
 * run already; both are off. What these options do in ioredis 6 (read in its source):
 *
 * - `maxRetriesPerRequest: 0` refuses unanswered commands at every close of the socket. Without it,
 *   `autoResendUnfulfilledCommands: false` drops them at the next `ready` without ever settling them.
 * - `commandTimeout` counts for the commands of the handshake too: it is what notices a store that accepts a
 *   connection and then says nothing, because `connectTimeout` ends with the TCP handshake. A command it gives up
 *   stays queued for its reply, and that reply is thrown away: the caller's deadline must be well below.
 * - `socketTimeout` runs only while commands wait for replies, so an idle connection lives on. It and
 *   `commandTimeout` are plain timers and fire after a pause of this process even if the answer is in the socket.
 *   Both are therefore long compared with any such pause.
 * - `disconnectTimeout` is how long a socket may take to close in an orderly way. A frozen server never does, and
 *   `close()` waits for it.
 * - `maxLoadingRetryTime` bounds the pause between two looks at a server that loads its data.
 * - RESP3 is spoken where the server can; with the `legacy` mapping replies are those of RESP2.
 * - A server that says READONLY was the master a moment ago, or its name belongs to another one by now: connecting again
 *   finds out. What it refused is not sent again.
 * - Query parameters of a URL given to ioredis become options and win over these; so the URL is read here.
 */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { ClusterOptions, RedisOptions } from 'ioredis';
import type { StoreConfig } from '../config/schema.js';
import { jittered, type Random } from '../kernel/random.js';
import { saysReadOnly } from './faults.js';

/** Shortest silence, with commands waiting, after which the socket is given up, in milliseconds. */
export const MIN_SILENCE_MS = 1000;
const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 500;

export type RedisClusterOptions = ClusterOptions & {
  readonly redisOptions: NonNullable<ClusterOptions['redisOptions']> & { readonly replyMapping: 'legacy' };
};
export type ConnectionOptions = RedisOptions & { readonly replyMapping: 'legacy' };

export function redisOptions(config: StoreConfig, random: Random = Math.random): ConnectionOptions {
  const silenceMs = Math.max(MIN_SILENCE_MS, 10 * config.deadlineMs);
  return {
    ...endpoint(config.url, config.tls),
    connectionName: 'spillway',
    lazyConnect: false,
    protocol: 3,
    replyMapping: 'legacy',
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableAutoPipelining: false,
    connectTimeout: MIN_SILENCE_MS,
    commandTimeout: silenceMs,
    socketTimeout: silenceMs,
    disconnectTimeout: 100,
    maxLoadingRetryTime: 200,
    keepAlive: 10_000,
    noDelay: true,
    retryStrategy: (attempt) => retryDelayMs(attempt, random),
    reconnectOnError: saysReadOnly,
  };
}

/**
 * Behind Sentinel: where the master is, is asked with every attempt, and the sentinels' word that it has moved ends the
 * connection to the old one.
 */
export function sentinelOptions(config: StoreConfig, random: Random = Math.random): ConnectionOptions {
  const { name, nodes, username, password } = config.sentinel!;
  const { host: _host, port: _port, ...options } = redisOptions(config, random);
  return {
    ...options,
    name,
    sentinels: nodes,
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
    ...(options.tls === undefined ? {} : { sentinelTLS: options.tls, enableTLSForSentinelMode: true }),
    sentinelCommandTimeout: MIN_SILENCE_MS,
    sentinelRetryStrategy: (attempt) => retryDelayMs(attempt, random),
    sentinelReconnectStrategy: (attempt) => retryDelayMs(attempt, random),
    failoverDetector: true,
  };
}

/**
 * A cluster. Redirections are followed, because what was redirected did not run; what lost its connection is not sent
 * again, because it may have. While a slot moves, a call whose keys are on both sides is tried again a few times within
 * the deadline. Slots are read anew every second, so that a promotion is noticed without a call that fails.
 */
export function clusterOptions(config: StoreConfig, random: Random = Math.random): RedisClusterOptions {
  const {
    host: _host,
    port: _port,
    db: _db,
    lazyConnect: _lazy,
    retryStrategy: _retry,
    ...each
  } = redisOptions(config);
  return {
    redisOptions: each,
    enableOfflineQueue: false,
    maxRedirections: 8,
    retryDelayOnMoved: 0,
    retryDelayOnTryAgain: 10,
    retryDelayOnClusterDown: 0,
    retryDelayOnFailover: 0,
    slotsRefreshTimeout: MIN_SILENCE_MS,
    slotsRefreshInterval: MIN_SILENCE_MS,
    clusterRetryStrategy: (attempt) => retryDelayMs(attempt, random),
  };
}

/** Doubles from 50 ms to 500 ms, moved by up to half either way so that gateways do not return in step. */
export function retryDelayMs(attempt: number, random: Random): number {
  const delayMs = Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempt - 1, 10), MAX_RETRY_MS);
  return Math.round(jittered(delayMs, 0.5, random));
}

/** @param url - `redis[s]://[user:password@]host[:port][/db]`; user and password percent-encoded */
export function endpoint(url: string, files: StoreConfig['tls'] = null): RedisOptions {
  const parsed = new URL(url);
  const host = parsed.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1';
  const db = parsed.pathname.length > 1 ? Number(parsed.pathname.slice(1)) : 0;
  if (!Number.isInteger(db) || db < 0) {
    throw new TypeError(`store.url: the database '${parsed.pathname.slice(1)}' is not a whole number`);
  }
  return {
    host,
    port: parsed.port === '' ? 6379 : Number(parsed.port),
    db,
    ...(parsed.username === '' ? {} : { username: decodeURIComponent(parsed.username) }),
    ...(parsed.password === '' ? {} : { password: decodeURIComponent(parsed.password) }),
    ...(parsed.protocol === 'rediss:' ? { tls: tlsOptions(host, files) } : {}),
  };
}

function tlsOptions(host: string, files: StoreConfig['tls']): TlsOptions {
  const read = (file: string | undefined): Buffer | undefined => (file === undefined ? undefined : readFileSync(file));
  const [ca, cert, key] = [read(files?.caFile), read(files?.certFile), read(files?.keyFile)];
  return {
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}
