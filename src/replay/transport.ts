/** How the people of a burst reach their gateways. */
import type { ClaimContent } from './crowd-plan.js';
import type { Step } from './move.js';
import type { NoReply, Reply } from './reply.js';

/** What a person does next, before any wire has given it a form. */
export interface Outgoing {
  readonly step: Step;
  readonly claimant: string;
  /** The ticket it shows; null: none. */
  readonly ticket: string | null;
  /** What a trace says of this claim; null: nothing. */
  readonly content: ClaimContent | null;
}

/** @param laterMs - how much later than now the answer is heard, where the way knows it beforehand; left out: 0 */
export type Answered = (reply: Reply | NoReply, laterMs?: number) => void;

/** Polls that would only say that somebody waits on, answered at once and without a document. */
export interface Glances {
  /** How much later than now such an answer is heard, in milliseconds. */
  readonly laterMs: number;
  /** @returns the number, 1 or more, that says all there is to `ticket`; null: there is more to it */
  numberOf(ticket: string): number | null;
  /** The ticket of such a number. */
  ticketOf(number: number, claimant: string): string;
  /** @returns what the whole answer to a poll would say; null: it has to be asked for */
  pollAfterMs(target: number, number: number): number | null;
}

export interface Transport {
  /** Left out where every poll goes over a wire. */
  readonly glances?: Glances;
  /** Sends at once, whatever is in flight already; `done` runs once, with the answer or with none. */
  send(target: number, request: Outgoing, done: Answered): void;
  /** Cuts every connection. */
  close(): Promise<void>;
}
