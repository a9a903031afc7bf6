/** How the people of a burst reach their gateways. */
import type { NoReply, Reply } from './reply.js';

export interface Outgoing {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Name, value, name, value … */
  readonly headers: readonly string[];
  readonly body: string | null;
  /** The ticket it shows, wherever in the request it stands; null: none. */
  readonly ticket: string | null;
}

export interface Transport {
  /** Sends at once, whatever is in flight already; `done` runs once, with the answer or with none. */
  send(target: number, request: Outgoing, done: (reply: Reply | NoReply) => void): void;
  /** Cuts every connection. */
  close(): Promise<void>;
}
