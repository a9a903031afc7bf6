/** What the gateway notes of one request on its way through, for the answer and for the count of its end. */

import type { ServerResponse } from 'node:http';
import type { Outcome, Route } from '../metrics/vocabulary.js';
import type { Problem } from './problem.js';
import type { RequestIds } from './request-id.js';
import type { RequestTrace } from './request-trace.js';

/** Gauges of the requests under way, by route. */
export type InFlight = ReadonlyMap<Route, { add(by: number): void }>;

export interface RefusalWriter {
  /** @returns whether the problem was answered */
  send(res: ServerResponse, problem: Problem, further: readonly string[]): boolean;
}

export class RequestFacts {
  #route: Route = 'other';
  #id = '';
  /** Where it is counted while it is under way; null: it is not. */
  #inFlight: InFlight | null = null;
  /** A campaign's id; empty where there is none. */
  campaign = '';
  outcome: Outcome = 'refused';
  /** Whether it is something no honest client sends. */
  offends = false;
  /** Spent waiting: for the body, for the store, at the door. Not the gateway's own time. */
  waitedUs = 0;
  /** Null where nobody traces. */
  trace: RequestTrace | null = null;
  /** Says refusals to a browser; null where they are problem documents. */
  page: RefusalWriter | null = null;
  /**
   * Of a stream: when its answer began, on the monotonic clock; 0 for others. It ends when its reader leaves, which
   * is neither a fault nor a time anybody waited.
   */
  streamedUs = 0;
  /** Room that it takes, in bytes of its body; -1: none. */
  heldBytes = -1;

  constructor(
    private readonly ids: Pick<RequestIds, 'next'>,
    /** Path and query as received, judged clean. */
    readonly path: string,
    readonly query: string,
    /** On the monotonic clock. */
    readonly startedUs: number,
  ) {}

  /** Its name, for whoever asks: most small answers say none. */
  get id(): string {
    if (this.#id === '') this.#id = this.ids.next();
    return this.#id;
  }

  /** Of the route that serves it. */
  get route(): Route {
    return this.#route;
  }

  set route(route: Route) {
    this.#inFlight?.get(this.#route)?.add(-1);
    this.#route = route;
    this.#inFlight?.get(route)?.add(1);
  }

  /** Its answer does not come at once: it is counted, by route, until its end. */
  lasts(inFlight: InFlight): void {
    this.#inFlight = inFlight;
    inFlight.get(this.#route)?.add(1);
  }

  /** Its answer is over. */
  end(): void {
    this.#inFlight?.get(this.#route)?.add(-1);
    this.#inFlight = null;
  }
}

declare global {
  namespace Express {
    interface Request {
      facts: RequestFacts;
    }
  }
}
