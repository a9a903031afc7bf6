/**
 * One claim service: a pool of connections to each of its targets, and the hand-over of requests to them.
 * One request at a time on a connection.
 */
import type { UpstreamConfig } from '../config/upstream-schema.js';
import type { Clock } from '../kernel/clock.js';
import { Targets } from '../overload/targets.js';
import { Connections } from '../wire/connections.js';
import { Connector, type ConnectorTls } from '../wire/connector.js';
import type { AnswerSink, Handover } from './answer-sink.js';
import { AT_ONCE, Exchange, type MayLeave, type UpstreamRequest, type Way } from './exchange.js';
import { LateCuts } from './late-cuts.js';

export type { UpstreamRequest } from './exchange.js';

/** An unanswered connection attempt gives up in time to try another target. */
const MAX_CONNECT_MS = 1000;

export class Upstream {
  readonly id: string;
  readonly #connections: readonly Connections[];
  readonly #timeoutMs: number;
  readonly #lateCuts: LateCuts;

  constructor(
    config: UpstreamConfig,
    private readonly clock: Clock,
    private readonly targets: Targets = new Targets(config.targets.length, config.health, clock, Math.random),
    tls: ConnectorTls | null = null,
  ) {
    this.id = config.id;
    this.#timeoutMs = config.timeoutMs;
    this.#lateCuts = new LateCuts(clock);
    const connectMs = Math.min(MAX_CONNECT_MS, Math.ceil(config.timeoutMs / 2));
    this.#connections = config.targets.map(
      (target) => new Connections(new Connector(target, tls), { most: connectionsFor(config), connectMs }, clock),
    );
  }

  /**
   * Hands `request` over. It is on its way, or waits for a connection, when this returns; `sink` gets whatever
   * comes of it, within `timeoutMs`, possibly within this call.
   */
  dispatch(request: UpstreamRequest, sink: AnswerSink, mayLeave: MayLeave = AT_ONCE): Handover {
    const exchange = new Exchange(request, sink, this.clock, this.#timeoutMs, this.#way, mayLeave);
    exchange.start();
    return exchange;
  }

  /** Finishes what is under way, then closes every connection. */
  async close(): Promise<void> {
    await Promise.all(this.#connections.map((one) => one.close()));
  }

  /** Cuts every connection; what is under way gets its fault. */
  destroy(): void {
    for (const one of this.#connections) one.destroy();
  }

  readonly #way: Way = {
    attempt: (request, exchange, except) => {
      const trip = this.targets.choose(except);
      if (trip === null) return false;
      exchange.trip = trip;
      this.#connections[trip.target]!.dispatch(request, exchange);
      return true;
    },
    ended: (trip, end) => this.targets.ended(trip, end),
    cutLater: (cut) => this.#lateCuts.add(cut),
  };
}

/**
 * Twice the limit and some: a connection whose answer is complete serves again only a turn of the event loop
 * later, one that the other side closes takes a while to go, and `pass` routes share the pool.
 */
function connectionsFor({ concurrency: { mode, limit, maxLimit } }: UpstreamConfig): number {
  return 2 * (mode === 'fixed' ? limit : maxLimit) + 32;
}
