/** Tickets of a simulation: readable, with a check sum in place of a signature. */
import type { LineIndex, Place } from '../waiting-room/place.js';

export interface ReadTicket {
  readonly place: Place;
  readonly toldMs: number;
}

export function writeTicket({ line, number, returns }: Place, toldMs: number, claimant: string): string {
  const text = `${line}.${number}.${returns}.${toldMs}`;
  return `${text}.${checkSum(text, claimant)}`;
}

/** @returns null for a ticket that is altered, or another's */
export function readTicket(ticket: string, claimant: string): ReadTicket | null {
  const at = ticket.lastIndexOf('.');
  if (at < 0 || checkSum(ticket.slice(0, at), claimant) !== ticket.slice(at + 1)) return null;
  const parts = ticket.split('.');
  const place = { line: Number(parts[0]) as LineIndex, number: Number(parts[1]), returns: Number(parts[2]) };
  return { place, toldMs: Number(parts[3]) };
}

/** FNV-1a over both texts. */
function checkSum(text: string, claimant: string): string {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  for (let i = 0; i < claimant.length; i++) sum = Math.imul(sum ^ claimant.charCodeAt(i), 0x01000193);
  return (sum >>> 0).toString(36);
}
