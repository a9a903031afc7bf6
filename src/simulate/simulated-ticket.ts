/** Tickets of a simulation: readable, with a check sum in place of a signature. */
import type { LineIndex, Place } from '../waiting-room/place.js';

export interface ReadTicket {
  readonly place: Place;
  readonly toldMs: number;
}

export function writeTicket({ line, number, returns }: Place, toldMs: number, claimant: string): string {
  return `${line}.${number}.${returns}.${toldMs}.${checkSum(line, number, returns, toldMs, claimant)}`;
}

const DOT = 46;
const ZERO = 48;
const PARTS = 5;

/** Millions are read: digit by digit, without a text in between. @returns null for one that is altered, or another's */
export function readTicket(ticket: string, claimant: string): ReadTicket | null {
  const parts = [0, 0, 0, 0, 0];
  let part = 0;
  for (let at = 0; at < ticket.length; at++) {
    const code = ticket.charCodeAt(at);
    if (code === DOT) part++;
    else if (code < ZERO || code > ZERO + 9 || part === PARTS) return null;
    else parts[part] = (parts[part] as number) * 10 + code - ZERO;
  }
  const [line, number, returns, toldMs, sum] = parts as [LineIndex, number, number, number, number];
  if (part !== PARTS - 1 || sum !== checkSum(line, number, returns, toldMs, claimant)) return null;
  return { place: { line, number, returns }, toldMs };
}

/** FNV-1a, a number at a time. */
function checkSum(line: number, number: number, returns: number, toldMs: number, claimant: string): number {
  let sum = 0x811c9dc5;
  sum = Math.imul(sum ^ line, 0x01000193);
  sum = Math.imul(sum ^ number, 0x01000193);
  sum = Math.imul(sum ^ returns, 0x01000193);
  sum = Math.imul(sum ^ toldMs, 0x01000193);
  for (let i = 0; i < claimant.length; i++) sum = Math.imul(sum ^ claimant.charCodeAt(i), 0x01000193);
  return sum >>> 0;
}
