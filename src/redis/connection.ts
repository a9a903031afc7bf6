/**
 * One connection to Redis, set so that nothing waits for a store that is away and nothing is sent twice.
 *
 *   connecting ──handshake answered──▶ ready ──socket closed──▶ lost ──handshake answered──▶ ready
 *        └──────────socket closed──────────────────────────────▶ lost
 *   any of them ──close()──▶ closed
 *
 * A command sent in any state but `ready` is refused at once; one whose socket closes is refused at that moment.
 * The socket notices silence by itself, but slowly: a call's own deadline is judged elsewhere.
 */
import type { Socket } from 'node:net';
import { Cluster, Command, Redis } from 'ioredis';
import type { StoreConfig } from '../config/schema.js';
import type { Logger } from '../kernel/logger.js';
import { clusterOptions, redisOptions, sentinelOptions } from './connection-options.js';

export type ConnectionState = 'connecting' | 'ready' | 'lost' | 'closed';
/** A command's argument as it goes over the wire. Numbers are written in decimal. */
export type RedisArgument = string | number | Buffer;

export interface RedisConnection {
  readonly state: ConnectionState;
  /**
   * Sends one command, now. Bulk strings of the reply arrive as UTF-8 text, whole numbers as numbers.
   * @param args - taken over by the connection: numbers in it are turned into text
   */
  send(name: string, args: RedisArgument[]): Promise<unknown>;
  /** Calls `listener` on every change of state. @returns stops that */
  onState(listener: (state: ConnectionState) => void): () => void;
  /** Resolves when the connection is ready. @throws the signal's reason when it is aborted first */
  ready(signal: AbortSignal): Promise<void>;
  /** Ends the connection for good; commands without an answer are refused. */
  close(): Promise<void>;
}

/** What this file needs of ioredis; its cluster client has it too. */
export type RedisClient = Pick<Redis, 'sendCommand' | 'connect' | 'disconnect'> & {
  readonly status: string;
} & NodeJS.EventEmitter;

/** How long after the client gave up by itself it begins anew, in milliseconds. */
const GAVE_UP_PAUSE_MS = 50;
const UTF8 = { replyEncoding: 'utf8' } as const;

/** Connects at once, and again for as long as it is not closed. */
export function connectRedis(config: StoreConfig, logger: Logger): RedisConnection {
  if (config.cluster === undefined) {
    const options = config.sentinel === undefined ? redisOptions(config) : sentinelOptions(config);
    const client = new Redis(options);
    hearEveryError(client);
    return new IoredisConnection(client, logger);
  }
  const cluster = new Cluster([...config.cluster], clusterOptions(config));
  // Every node is connected when it becomes known: the first call to one would otherwise be refused.
  cluster.on('+node', (node: Redis) => {
    hearEveryError(node);
    if (node.status === 'wait') node.connect().catch(() => {});
  });
  return new IoredisConnection(cluster, logger, () => Promise.all(cluster.nodes('master').map(untilSettled)));
}

/**
 * ioredis listens for one error of a socket. One whose TLS handshake fails may have two, ours and the other side's, and an
 * error that nobody listens for ends the process.
 */
function hearEveryError(client: Redis): void {
  client.on('connecting', () => {
    // The socket is made in the turn in which the client says so.
    setImmediate(() => (client as unknown as { readonly stream?: Socket }).stream?.on('error', () => {}));
  });
}

function untilSettled(node: Redis): Promise<void> {
  return new Promise((resolve) => {
    if (node.status === 'ready' || node.status === 'end') resolve();
    else node.once('ready', () => resolve()).once('end', () => resolve());
  });
}

export class IoredisConnection implements RedisConnection {
  #state: ConnectionState = 'connecting';
  #loggedError = '';
  #closing = false;
  readonly #listeners = new Set<(state: ConnectionState) => void>();

  /** @param reachable - what has to be waited for beyond the client's own word that it is ready */
  constructor(
    readonly client: RedisClient,
    readonly logger: Logger,
    reachable: (() => Promise<unknown>) | null = null,
  ) {
    client.on('error', (err: Error) => this.#onError(err));
    client.on('ready', () => {
      if (reachable === null) this.#become('ready');
      else void reachable().then(() => client.status === 'ready' && this.#become('ready'));
    });
    client.on('close', () => this.#become('lost'));
    client.on('end', () => (this.#closing ? this.#become('closed') : this.#beginAnew()));
  }

  get state(): ConnectionState {
    return this.#state;
  }

  send(name: string, args: RedisArgument[]): Promise<unknown> {
    const command = new Command(name, args, UTF8);
    this.client.sendCommand(command);
    return command.promise;
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  ready(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#state === 'ready') return resolve();
      const abort = (): void => {
        stop();
        reject(signal.reason);
      };
      const stop = this.onState((state) => {
        if (state !== 'ready') return;
        stop();
        signal.removeEventListener('abort', abort);
        resolve();
      });
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#closing = true;
      if (this.client.status === 'end') {
        this.#become('closed');
        return resolve();
      }
      this.client.once('end', () => resolve());
      this.client.disconnect();
      // Between two attempts there is no socket whose closing could report the end.
      if (this.client.status === 'reconnecting') {
        this.#become('closed');
        resolve();
      }
    });
  }

  /**
   * The client has given up by itself. It does when a sentinel says that the master has moved while it is on its way to
   * connect: the attempt is broken off, which it takes for a wish to be closed.
   */
  #beginAnew(): void {
    this.#become('lost');
    setTimeout(() => {
      if (!this.#closing && this.client.status === 'end') this.client.connect().catch(() => {});
    }, GAVE_UP_PAUSE_MS).unref();
  }

  #become(state: ConnectionState): void {
    if (this.#state === state || this.#state === 'closed') return;
    this.#state = state;
    if (state === 'ready') {
      this.#loggedError = '';
      this.logger.info('Redis is connected');
    }
    if (state === 'lost' && !this.#closing) this.logger.warn('The connection to Redis is lost; connecting again');
    for (const listener of this.#listeners) listener(state);
  }

  /** Every failed attempt raises an error; the same one is logged once until the connection is back. */
  #onError(err: Error): void {
    if (err.message === this.#loggedError) return;
    this.#loggedError = err.message;
    this.logger.warn({ err }, 'The connection to Redis failed');
  }
}
