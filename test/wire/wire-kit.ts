/** Connections to services that say exactly the bytes a test wants, and a handler that writes down what it is told. */
import type { Socket } from 'node:net';
import type { Clock } from '../../src/kernel/clock.js';
import { systemClock } from '../../src/kernel/clock.js';
import { Connections } from '../../src/wire/connections.js';
import { Connector } from '../../src/wire/connector.js';
import type { Carrier, Handler, WireFault, WireRequest } from '../../src/wire/handler.js';
import { type RawUpstream, rawUpstream } from '../proxy/raw-upstream.js';

export const GET: WireRequest = { method: 'GET', path: '/', headers: [], body: null };
export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** On the service's side. */
export const isClosed = (socket: Socket): boolean => socket.destroyed || socket.readableEnded;

export class Asking implements Handler {
  carrier: Carrier | null = null;
  isSent = false;
  status = 0;
  body = '';
  /** How often it was given some of the body. */
  pieces = 0;
  /** What `departs` and `data` say. */
  departing = true;
  wantsMore = true;
  fault: WireFault | null = null;
  isOver = false;
  /** With the fault; null: a whole answer. */
  readonly over: Promise<WireFault | null>;
  #tell!: (fault: WireFault | null) => void;

  constructor(private readonly onHead: (asking: Asking) => void = () => {}) {
    this.over = new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  departs(carrier: Carrier): boolean {
    if (this.departing) this.carrier = carrier;
    return this.departing;
  }

  sent(): void {
    this.isSent = true;
  }

  head(status: number): void {
    this.status = status;
    this.onHead(this);
  }

  data(chunk: Buffer): boolean {
    this.pieces++;
    this.body += chunk.toString('latin1');
    return this.wantsMore;
  }

  end(): void {
    this.#finish(null);
  }

  failed(fault: WireFault): void {
    this.#finish(fault);
  }

  #finish(fault: WireFault | null): void {
    if (this.isOver) throw new Error('told twice that it is over');
    this.isOver = true;
    this.fault = fault;
    this.#tell(fault);
  }
}

export function wireKit() {
  const closing: Array<() => unknown> = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  const serve = async (onRequest: Parameters<typeof rawUpstream>[0]): Promise<RawUpstream> => {
    const raw = await rawUpstream(onRequest);
    closing.push(() => raw.close());
    return raw;
  };
  const towards = (url: string, { most = 10, connectMs = 1000, clock = systemClock as Clock } = {}): Connections => {
    const connections = new Connections(new Connector(url, null), { most, connectMs }, clock);
    closing.push(() => connections.destroy());
    return connections;
  };
  /** A service that keeps the connections of its requests, in order, for a test to answer on. */
  const hold = async (): Promise<{ raw: RawUpstream; held: Socket[] }> => {
    const held: Socket[] = [];
    return { raw: await serve((socket) => void held.push(socket)), held };
  };
  const ask = (connections: Connections, request: Partial<WireRequest> = {}, asking = new Asking()): Asking => {
    connections.dispatch({ ...GET, ...request }, asking);
    return asking;
  };
  return { serve, hold, towards, ask, closeAll };
}
