/** Tickets of a simulation: each is a number, under which what it says is written down. */
import type { LineIndex, Place } from '../waiting-room/place.js';

/** What a ticket says: a place, and when its owner was told of the call (0: not yet). */
export interface ReadTicket extends Place {
  readonly toldMs: number;
}

/** Of one shape, whole, and once a ticket: millions are read. */
class Written implements ReadTicket {
  constructor(
    readonly line: LineIndex,
    readonly number: number,
    readonly returns: number,
    readonly toldMs: number,
    readonly claimant: string,
  ) {}
}

export class SimulatedTickets {
  /** No ticket has the number 0, which is what an empty text would be read as. */
  readonly #written: Array<Written | null> = [null];

  write({ line, number, returns }: Place, toldMs: number, claimant: string): string {
    return String(this.#written.push(new Written(line, number, returns, toldMs, claimant)) - 1);
  }

  /** @returns null for one that is altered, or another's */
  read(ticket: string, claimant: string): ReadTicket | null {
    const written = this.#written[Number(ticket)] ?? null;
    return written?.claimant === claimant ? written : null;
  }
}
