/**
 * What one address may do before anything is asked: how many connections it holds, how many requests it sends, and
 * whether it is banned. Listed proxies are never judged, as everybody comes through them; behind them the address
 * is the client's. This machine's own addresses are never banned.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { type BucketRate, bucketRate, charged, waitNs } from '../buckets/gcra.js';
import { MemoryBuckets } from '../buckets/memory-buckets.js';
import type { ClientAddress, ClientAddresses } from '../claimant/client-address.js';
import type { Clock } from '../kernel/clock.js';
import type { Logger } from '../kernel/logger.js';
import { BanLadder, type LadderSettings } from './ban-ladder.js';

export interface AddressLimits {
  /** Each 0: none. */
  readonly connections: number;
  readonly connectionsPerAddress: number;
  readonly requestsPerSecondPerAddress: number;
}

/** Told of what is refused, for counting; never by whom. */
export interface AddressObserver {
  /** `repeated`: it was banned before, and not long ago. */
  banned(step: 'first' | 'repeated'): void;
  refused(reason: 'banned' | 'limited' | 'connection'): void;
}

export interface AddressGuardOptions {
  readonly limits: AddressLimits;
  readonly bans: LadderSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer: AddressObserver;
}

/** What an address that asks may not do now, and when it may. */
export interface AddressRefusal {
  readonly kind: 'banned' | 'limited';
  readonly waitMs: number;
}

type Asking = Pick<IncomingMessage, 'socket' | 'headers'>;

/** So many seconds' worth of requests may come at once. */
const BURST_SECONDS = 2;

export class AddressGuard {
  readonly #ladder: BanLadder;
  readonly #rate: BucketRate | null;
  readonly #requests = new MemoryBuckets();
  readonly #connections = new Map<string, number>();

  constructor(
    private readonly options: AddressGuardOptions,
    private readonly addresses: () => ClientAddresses,
  ) {
    const perSecond = options.limits.requestsPerSecondPerAddress;
    this.#ladder = new BanLadder(options.bans, options.clock);
    this.#rate = perSecond === 0 ? null : bucketRate(perSecond * BURST_SECONDS, perSecond);
  }

  /** Whether any request has to be looked at. */
  get watches(): boolean {
    return this.#rate !== null || this.#ladder.inUse;
  }

  /** @returns null: go on */
  judge(request: Asking): AddressRefusal | null {
    const address = this.#addressOf(request);
    if (this.#isUs(address)) return null;
    const bannedMs = this.#ladder.bannedMs(address.key);
    if (bannedMs > 0) return this.#refused('banned', bannedMs);
    if (this.#rate === null) return null;
    const nowNs = this.options.clock.monotonicUs() * 1000;
    const tat = this.#requests.read(address.key);
    const wait = waitNs(tat, nowNs, this.#rate);
    if (wait > 0) return this.#refused('limited', wait / 1e6);
    this.#requests.write(address.key, charged(tat, nowNs, this.#rate), nowNs);
    return null;
  }

  /** A forged ticket, garbage, a poll far too early. */
  offended(request: Asking): void {
    const address = this.#addressOf(request);
    if (!this.#isUs(address) && !isLoopback(address.key)) this.#ban(address.key);
  }

  /** Bytes that never became a request: only the connection says who sent them. */
  offendedBySocket(socket: { readonly remoteAddress?: string | undefined }): void {
    const peer = this.addresses().resolve(socket.remoteAddress, undefined);
    if (!peer.fromTrustedPeer && !isLoopback(peer.key)) this.#ban(peer.key);
  }

  /** Counts the connections of `server`, and closes those beyond what is allowed before a byte is read. */
  watch(server: Server): void {
    const { connections } = this.options.limits;
    if (connections > 0) server.maxConnections = connections;
    server.on('connection', (socket: Socket) => this.#connected(socket));
  }

  #connected(socket: Socket): void {
    const peer = this.addresses().resolve(socket.remoteAddress, undefined);
    if (peer.fromTrustedPeer) return;
    if (this.#ladder.inUse && this.#ladder.bannedMs(peer.key) > 0) {
      this.#close(socket);
      return;
    }
    const most = this.options.limits.connectionsPerAddress;
    if (most === 0) return;
    const held = this.#connections.get(peer.key) ?? 0;
    if (held >= most) {
      this.#close(socket);
      return;
    }
    this.#connections.set(peer.key, held + 1);
    socket.once('close', () => {
      const left = (this.#connections.get(peer.key) ?? 1) - 1;
      if (left > 0) this.#connections.set(peer.key, left);
      else this.#connections.delete(peer.key);
    });
  }

  #refused(kind: AddressRefusal['kind'], waitMs: number): AddressRefusal {
    this.options.observer.refused(kind);
    return { kind, waitMs };
  }

  #close(socket: Socket): void {
    this.options.observer.refused('connection');
    socket.destroy();
  }

  #ban(key: string): void {
    const { bans, logger, observer } = this.options;
    const seconds = this.#ladder.offend(key);
    if (seconds === 0) return;
    observer.banned(seconds > bans.firstSeconds ? 'repeated' : 'first');
    logger.warn({ seconds }, 'An address that kept sending what no client sends is banned');
  }

  #addressOf({ socket, headers }: Asking): ClientAddress {
    return this.addresses().resolve(socket.remoteAddress, headers['x-forwarded-for'] as string | undefined);
  }

  /** A proxy of ours that names no client. */
  #isUs({ text, fromTrustedPeer }: ClientAddress): boolean {
    return text === 'unknown' || (fromTrustedPeer && this.addresses().trusts(text));
  }
}

function isLoopback(key: string): boolean {
  return key.startsWith('127.') || key === '::/64';
}
