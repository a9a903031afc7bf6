/**
 * A claim service to put a gateway in front of: real HTTP, a bounded pace, and the manners of a real one under
 * pressure. Overcrowded it slows down; beyond `crashAbove` claims in flight it falls over, resets every connection,
 * refuses new ones for `restartMs`, and comes back on the same port.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Clock, systemClock } from '../kernel/clock.js';
import type { Random } from '../kernel/random.js';
import { ArrivalLog } from './arrival-log.js';
import { ClaimDesk } from './claim-desk.js';
import { type Faults, faultsSchema } from './faults.js';
import { answerRequest } from './service-routes.js';
import { type ServiceStats, summarizeArrivals } from './service-stats.js';
import type { WorkQueueOptions } from './work-queue.js';

export interface ClaimServiceOptions extends Partial<WorkQueueOptions> {
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port?: number;
  /** How long the service refuses connections after it fell over, in milliseconds. */
  readonly restartMs?: number;
  /** The header that names the claimant; without it, `Spillway-Claimant`. */
  readonly claimantHeader?: string;
  readonly clock?: Clock;
  /** Draws which claims fail. */
  readonly random?: Random;
}

export interface ClaimService {
  readonly url: string;
  readonly port: number;
  /** Replaces all faults; what is not named is healthy again. */
  setFaults(faults: Partial<Faults>): void;
  /** Figures of the arrivals numbered above `since`. */
  stats(since?: number): ServiceStats;
  /** Waits until no connection is left; open ones are cut. */
  stop(): Promise<void>;
}

/** @throws Error when the port cannot be had */
export async function startClaimService(options: ClaimServiceOptions = {}): Promise<ClaimService> {
  const service = new CrashingService(options);
  await service.listen();
  return service;
}

class CrashingService implements ClaimService {
  readonly #host: string;
  readonly #clock: Clock;
  readonly #restartMs: number;
  readonly #log = new ArrivalLog();
  readonly #desk: ClaimDesk;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Number of the newest arrival at each fall. */
  readonly #falls: number[] = [];
  #stopped = false;
  port: number;

  constructor(options: ClaimServiceOptions) {
    this.#host = options.host ?? '127.0.0.1';
    this.port = options.port ?? 0;
    this.#clock = options.clock ?? systemClock;
    this.#restartMs = options.restartMs ?? 3000;
    const { serviceMs = 50, parallel = 20, crashAbove = 400, slowdown = 2 } = options;
    this.#desk = new ClaimDesk({
      work: { serviceMs, parallel, crashAbove, slowdown },
      claimantHeader: options.claimantHeader?.toLowerCase() ?? 'x-user-id',
      log: this.#log,
      clock: this.#clock,
      random: options.random ?? Math.random,
      onFall: () => this.#fall(),
    });
    const room = { desk: this.#desk, log: this.#log, stats: (since: number) => this.stats(since) };
    this.#server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
      answerRequest(room, request, response);
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  get url(): string {
    return `http://${this.#host}:${this.port}`;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.port, this.#host, 4096, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.port = (this.#server.address() as AddressInfo).port;
  }

  setFaults(faults: Partial<Faults>): void {
    this.#desk.setFaults(faultsSchema.parse(faults));
  }

  stats(since = 0): ServiceStats {
    return summarizeArrivals(this.#log.since(since), {
      upTo: this.#log.count,
      crashes: this.#falls.filter((at) => at > since).length,
      inFlight: this.#desk.inFlight,
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#desk.abandon();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  #fall(): void {
    this.#falls.push(this.#log.count);
    this.#log.loseAllPending();
    this.#server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#restartAfter(this.#restartMs);
  }

  /** The port may still be held for a moment by what took it meanwhile: tries again until it is had. */
  #restartAfter(delayMs: number): void {
    this.#clock.after(delayMs, () => {
      if (!this.#stopped) this.listen().catch(() => this.#restartAfter(100));
    });
  }
}
