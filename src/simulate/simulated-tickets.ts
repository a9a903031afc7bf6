/** Tickets of a simulation: they say openly what real ones say, and whom they belong to. */
import { type LineIndex, MAIN, type Place } from '../waiting-room/place.js';

/** What a ticket says: a place, and when its owner was told of the call (0: not yet). */
export interface ReadTicket extends Place {
  readonly toldMs: number;
}

/** What stands between number and claimant in the ticket of somebody in the main line who was never called. */
const PLAIN = ' 0 0 0 ';

export function writeTicket({ line, number, returns }: Place, toldMs: number, claimant: string): string {
  return `${number} ${line} ${returns} ${toldMs} ${claimant}`;
}

/** @returns null for one that is altered, or another's */
export function readTicket(ticket: string, claimant: string): ReadTicket | null {
  // Nearly all of millions are plain, and taking them apart in general costs ten times as much.
  const plain = plainNumber(ticket);
  if (plain !== null && `${plain}`.length + PLAIN.length + claimant.length === ticket.length) {
    return ticket.endsWith(claimant) ? { line: MAIN, number: plain, returns: 0, toldMs: 0 } : null;
  }
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
  const digits = ticket.indexOf(' ');
  const number = ticket.startsWith(PLAIN, digits) ? Number(ticket.slice(0, digits)) : 0;
  return number >= 1 ? number : null;
}

export function plainTicket(number: number, claimant: string): string {
  return `${number}${PLAIN}${claimant}`;
}
