/** What the gateway notes of one request on its way through, for the answer and for the count of its end. */

import type { ServerResponse } from 'node:http';
import type { Outcome, Route } from '../metrics/vocabulary.js';
import type { Problem } from './problem.js';

export interface RefusalWriter {
  /** @returns whether the problem was answered */
  send(res: ServerResponse, problem: Problem): boolean;
}

export class RequestFacts {
  /** Of the route that served it. */
  route: Route = 'other';
  /** A campaign's id; empty where there is none. */
  campaign = '';
  outcome: Outcome = 'refused';
  /** Spent waiting: for the body, for the store, at the door. Not the gateway's own time. */
  waitedUs = 0;
  /** Says refusals to a browser; null where they are problem documents. */
  page: RefusalWriter | null = null;
  /**
   * Of a stream: when its answer began, on the monotonic clock; 0 for others. It ends when its reader leaves, which
   * is neither a fault nor a time anybody waited.
   */
  streamedUs = 0;

  constructor(
    readonly id: string,
    /** Path and query as received, judged clean. */
    readonly path: string,
    readonly query: string,
    /** On the monotonic clock. */
    readonly startedUs: number,
  ) {}
}

declare global {
  namespace Express {
    interface Request {
      facts: RequestFacts;
    }
  }
}
