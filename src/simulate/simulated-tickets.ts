/** Tickets of a simulation: they say openly what real ones say, and whom they belong to. */
import { type LineIndex, MAIN, type Place } from '../waiting-room/place.js';

/** What a ticket says: a place, and when its owner was told of the call (0: not yet). */
export interface ReadTicket extends Place {
  readonly toldMs: number;
}

export function writeTicket({ line, number, returns }: Place, toldMs: number, claimant: string): string {
  return `${number} ${line} ${returns} ${toldMs} ${claimant}`;
}

/** @returns null for one that is altered, or another's */
export function readTicket(ticket: string, claimant: string): ReadTicket | null {
  const [number, line, returns, toldMs] = ticket.split(' ', 4);
  const read = {
    line: Number(line) as LineIndex,
    number: Number(number),
    returns: Number(returns),
    toldMs: Number(toldMs),
  };
  return writeTicket(read, read.toldMs, claimant) === ticket ? read : null;
}

/** @returns the number of a ticket that says nothing else: in the main line, and never called; null: it does */
export function plainNumber(ticket: string): number | null {
  return PLAIN.test(ticket) ? Number.parseInt(ticket, 10) : null;
}

export function plainTicket(number: number, claimant: string): string {
  return writeTicket({ line: MAIN, number, returns: 0 }, 0, claimant);
}

const PLAIN = /^\d+ 0 0 0 /;
