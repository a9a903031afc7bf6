/**
 * The connections to one target: few where few are needed, each request on one that is free, the one used last first. What
 * always holds: requests are written in the order in which they came; none is written to a connection that was used before
 * in the turn in which it came, so that one whose end, or whose other side's unasked words, have arrived meanwhile carries
 * none (response queue poisoning); and nothing is written twice.
 *
 *   dispatched ──end of the turn──▶ a free connection
 *            └──none free──▶ waits for the first that is: freed, or opened for it
 */
import { Readable } from 'node:stream';
import type { Clock, Timer } from '../kernel/clock.js';
import { Connection, type ConnectionOwner, detailOf, type Sendable } from './connection.js';
import type { Connector } from './connector.js';
import type { Handler, WireFault, WireRequest } from './handler.js';
import { requestHead } from './request-text.js';

export interface ConnectionsOptions {
  readonly most: number;
  /** Time until a connection, TLS included, must stand, in milliseconds. */
  readonly connectMs: number;
}

/**
 * An idle connection is given up before the other side does so: a request written as the other side closes has
 * an unknown fate (RFC 9112, section 9.3.1). 2 s is the shortest idle limit common servers have by default.
 */
const IDLE_MS = 1500;
/** How much earlier than a `Keep-Alive: timeout` announces; and the most that is believed. */
const IDLE_MARGIN_MS = 1500;
const MOST_IDLE_MS = 600_000;
/** How often idle connections are looked through. */
const LOOK_MS = 500;

const CLOSED: WireFault = { kind: 'closed', detail: 'the upstream has been closed', cause: null };

export class Connections implements ConnectionOwner {
  readonly #all = new Set<Connection>();
  #free: Connection[] = [];
  /** Freed in this turn. */
  #freed: Connection[] = [];
  #waiting: Sendable[] = [];
  readonly #opening = new Map<Connection, Timer>();
  #isTurnAsked = false;
  #look: Timer | null = null;
  #isClosed = false;
  #closed: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  constructor(
    private readonly connector: Connector,
    private readonly options: ConnectionsOptions,
    private readonly clock: Clock,
  ) {}

  dispatch(request: WireRequest, handler: Handler): void {
    if (this.#isClosed) {
      handler.failed(CLOSED);
      return;
    }
    const sendable = sendableOf(request, handler, this.connector.authority);
    if (sendable === null) {
      handler.failed({ kind: 'unsendable', detail: 'it cannot be written as HTTP/1.1', cause: null });
      return;
    }
    this.#waiting.push(sendable);
    this.#askTurn();
  }

  /** Finishes what is under way, then closes every connection. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#closing ??= new Promise((resolve) => {
      this.#closed = resolve;
      this.#askTurn();
    });
    return this.#closing;
  }

  /** Cuts every connection; what is under way gets its fault. */
  destroy(): void {
    this.#isClosed = true;
    for (const { handler } of this.#waiting.splice(0)) handler.failed(CLOSED);
    for (const connection of [...this.#all]) connection.destroy(null);
    this.#look?.cancel();
  }

  ready(connection: Connection): void {
    this.#opened(connection);
    if (!this.#serve(connection)) this.#rest(connection, this.clock.monotonicUs());
    if (this.#closed !== null) this.#askTurn();
  }

  free(connection: Connection): void {
    this.#freed.push(connection);
    this.#askTurn();
  }

  gone(connection: Connection, fault: unknown): void {
    this.#all.delete(connection);
    if (this.#opened(connection)) {
      this.#forgetOver();
      // An opening that fails is the answer to who waits longest, unless others are opened for all.
      if (this.#waiting.length > this.#opening.size) {
        this.#waiting.shift()!.handler.failed({ kind: 'unconnected', detail: detailOf(fault), cause: fault });
      }
    } else {
      const at = this.#free.indexOf(connection);
      if (at >= 0) this.#free.splice(at, 1);
    }
    this.#askTurn();
  }

  #askTurn(): void {
    if (this.#isTurnAsked) return;
    this.#isTurnAsked = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#isTurnAsked = false;
    const nowUs = this.clock.monotonicUs();
    const freed = this.#freed;
    if (freed.length > 0) {
      this.#freed = [];
      for (const connection of freed) if (!connection.isGone) this.#rest(connection, nowUs);
    }
    while (this.#waiting.length > 0) {
      const connection = this.#nextFree(nowUs);
      if (connection === null) break;
      if (!this.#serve(connection)) this.#free.push(connection);
    }
    if (this.#waiting.length > 0) this.#forgetOver();
    while (this.#waiting.length > this.#opening.size && this.#all.size < this.options.most) this.#open();
    if (this.#closed !== null) this.#endClosing(this.#closed);
  };

  /** Nobody waits for them any more. */
  #forgetOver(): void {
    this.#waiting = this.#waiting.filter(({ handler }) => !handler.isOver);
  }

  #nextFree(nowUs: number): Connection | null {
    for (;;) {
      const connection = this.#free.pop();
      if (connection === undefined) return null;
      if (connection.staleUs > nowUs) return connection;
      connection.destroy(null);
    }
  }

  /** @returns whether it carries a request now */
  #serve(connection: Connection): boolean {
    for (;;) {
      const next = this.#waiting.shift();
      if (next === undefined) return false;
      if (next.handler.departs(connection)) {
        connection.write(next);
        return true;
      }
    }
  }

  #rest(connection: Connection, nowUs: number): void {
    const { idleSeconds } = connection;
    const idleMs = idleSeconds < 0 ? IDLE_MS : Math.min(MOST_IDLE_MS, idleSeconds * 1000 - IDLE_MARGIN_MS);
    if (idleMs <= 0) {
      connection.destroy(null);
      return;
    }
    connection.staleUs = nowUs + idleMs * 1000;
    this.#free.push(connection);
    this.#look ??= this.clock.after(LOOK_MS, this.#lookThrough);
  }

  readonly #lookThrough = (): void => {
    this.#look = null;
    const nowUs = this.clock.monotonicUs();
    for (const connection of this.#free.filter(({ staleUs }) => staleUs <= nowUs)) connection.destroy(null);
    if (this.#free.length > 0) this.#look = this.clock.after(LOOK_MS, this.#lookThrough);
  };

  #open(): void {
    const connection = new Connection(this.connector, this);
    this.#all.add(connection);
    const { connectMs } = this.options;
    const giveUp = (): void => {
      if (this.#opening.has(connection)) connection.destroy(new Error(`no connection within ${connectMs} ms`));
    };
    // A timer that fires late, after a pause of our own, must not outrun a connection that stands in the kernel.
    this.#opening.set(
      connection,
      this.clock.after(connectMs, () => this.clock.afterTurn(giveUp)),
    );
  }

  /** @returns whether it was being opened until now */
  #opened(connection: Connection): boolean {
    const timer = this.#opening.get(connection);
    timer?.cancel();
    return this.#opening.delete(connection);
  }

  #endClosing(closed: () => void): void {
    if (this.#waiting.length > 0) return;
    for (const connection of this.#all) if (connection.isBusy) return;
    this.#closed = null;
    this.destroy();
    closed();
  }
}

function sendableOf(request: WireRequest, handler: Handler, authority: string): Sendable | null {
  const { body, method } = request;
  const toHead = method === 'HEAD';
  if (!(body instanceof Readable)) {
    const head = requestHead(request, authority, body?.length ?? 0);
    return head === null ? null : { toHead, head, body, length: 0, handler };
  }
  const length = announced(request.headers);
  const head = Number.isNaN(length) ? null : requestHead(request, authority, length < 0 ? 'chunked' : 'said');
  return head === null ? null : { toHead, head, body, length, handler };
}

/** @returns the length that a field says, in bytes; -1: none does; NaN: it is no length */
function announced(headers: readonly string[]): number {
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at]!;
    if (name.length !== 14 || name.toLowerCase() !== 'content-length') continue;
    return /^\d{1,15}$/.test(headers[at + 1]!) ? Number(headers[at + 1]) : Number.NaN;
  }
  return -1;
}
