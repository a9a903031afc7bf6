/** What would be remembered of places: P3 for numbers and calls, P5 for everybody with a ticket. */
import { expect } from '@jest/globals';
import type { StoreView } from '../../src/admission/exchange.js';
import { turnOf } from '../../src/waiting-room/lottery.js';
import type { Place } from '../../src/waiting-room/place.js';
import type { Result } from './contract/store-gateway.js';

export class PlaceModel {
  /** Who was given each. */
  readonly #issued = new Map<string, number>();
  /** Whose turn each was seen to be, once lots were drawn. */
  readonly #turns = new Map<string, number>();
  #heads = [0, 0];
  #tails = [0, 0];

  /** Neither of the two numbers of a line ever goes back. */
  see({ heads, tails }: StoreView): void {
    for (const line of [0, 1] as const) {
      expect(heads[line]).toBeGreaterThanOrEqual(this.#heads[line]!);
      expect(tails[line]).toBeGreaterThanOrEqual(Math.max(this.#tails[line]!, heads[line]));
    }
    this.#heads = [...heads];
    this.#tails = [...tails];
  }

  /** @returns the ticket from now on */
  learn(who: number, result: Result, view: StoreView, ticket: Place | null): Place | null {
    if (result.kind === 'none') expect(ticket).toBeNull();
    if (!('place' in result) || result.place === null) return ticket;
    const { place } = result;
    const owner = this.#issued.get(nameOf(place));
    expect(owner ?? who).toBe(who);
    this.#issued.set(nameOf(place), who);
    const turn = turnOf(place, view.lottery);
    if (turn !== null) {
      expect(this.#turns.get(nameOf(place)) ?? turn).toBe(turn);
      if (view.lottery !== null) this.#turns.set(nameOf(place), turn);
    }
    if (ticket !== null && !samePlace(place, ticket)) {
      // P5: only a lapse takes a place away.
      expect(view.lapsed[ticket.line]).toBeGreaterThanOrEqual(turnOf(ticket, view.lottery)!);
    }
    if (result.kind === 'enter' || result.kind === 'door') {
      expect(turn).toBeLessThanOrEqual(view.heads[place.line]);
    } else if (result.kind === 'wait' && result.joined) expect(place.number).toBe(view.tails[place.line]);
    return place;
  }

  forgetTurns(): void {
    this.#turns.clear();
  }
}

export function samePlace(a: Place | null, b: Place | null): boolean {
  return a !== null && b !== null && a.line === b.line && a.number === b.number;
}

function nameOf(place: Place): string {
  return `${place.line}.${place.number}`;
}
