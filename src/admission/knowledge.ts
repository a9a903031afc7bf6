/**
 * What this gateway knows of a campaign, as it goes along with every call. It only grows: each reply is merged by
 * maximum, so that a store which lost its data is repaired by the first gateway that calls.
 */
import { newerLottery } from '../waiting-room/lottery.js';
import type { ClaimsView, Known, KnownClaims, StoreView } from './exchange.js';
import { NO_CLAIMS, NO_PACE } from './exchange.js';

type Pair = readonly [number, number];

export class Knowledge {
  #known: Omit<Known, 'taken' | 'released'> = {
    epoch: 1,
    generation: '',
    heads: [0, 0],
    tails: [0, 0],
    doorTat: 0,
    doorIntervalNs: 0,
    lottery: null,
    seats: 0,
    endsUs: 0,
    sessionsEndedUs: 0,
    claims: NO_CLAIMS,
    pace: NO_PACE,
  };
  #births = 0;

  /** @param generation - begins the names of store data born here; no other process has it */
  constructor(private readonly generation: string) {}

  get claims(): KnownClaims {
    return this.#known.claims;
  }

  /**
   * @param taken - slots this gateway was ever given
   * @param released - those it has given back
   */
  withSlots(taken: number, released: number): Known {
    const { epoch, generation, heads, tails, doorTat, doorIntervalNs, lottery, claims, pace } = this.#known;
    const { seats, endsUs, sessionsEndedUs } = this.#known;
    // Every member by its name, here and below: a spread that is added to costs ten times as much on Node 20.
    return {
      epoch,
      generation,
      heads,
      tails,
      doorTat,
      doorIntervalNs,
      lottery,
      seats,
      endsUs,
      sessionsEndedUs,
      claims,
      pace,
      taken,
      released,
    };
  }

  learn(view: StoreView): void {
    const before = this.#known;
    this.#known = {
      epoch: Math.max(before.epoch, view.epoch),
      generation: view.generation,
      heads: larger(before.heads, view.heads),
      tails: larger(before.tails, view.tails),
      doorTat: view.doorTat,
      doorIntervalNs: view.doorIntervalNs,
      lottery: view.epoch === before.epoch ? newerLottery(before.lottery, view.lottery) : view.lottery,
      seats: view.seats,
      endsUs: Math.max(before.endsUs, view.sessionEnds.at(-1)?.endedUs ?? 0),
      sessionsEndedUs: Math.max(before.sessionsEndedUs, view.sessionsEndedUs),
      claims: mergedClaims(
        before.claims,
        view.claims,
        before.generation !== '' && before.generation !== view.generation,
      ),
      pace: view.pace.revision >= before.pace.revision ? view.pace : before.pace,
    };
  }

  /** An operator's word: claims may go on after so many losses of data. */
  confirm(losses: number): void {
    const { claims } = this.#known;
    this.#known = { ...this.#known, claims: { ...claims, confirmed: Math.max(claims.confirmed, losses) } };
  }

  /** An operator's word: all sessions that had begun by then are over, in store time. */
  endSessions(endedUs: number): void {
    this.#known = { ...this.#known, sessionsEndedUs: Math.max(this.#known.sessionsEndedUs, endedUs) };
  }

  /** An operator's word, in place of the service's. @returns whether it changes anything */
  declareSoldOut(soldOut: boolean): boolean {
    const { claims } = this.#known;
    if ((claims.soldOut % 2 === 1) === soldOut) return false;
    this.#known = { ...this.#known, claims: { ...claims, soldOut: claims.soldOut + 1 } };
    return true;
  }

  /** A name for the store's data should it have none; never one that it had before it lost its data. */
  freshGeneration(): string {
    const name = `${this.generation}.${this.#births}`;
    if (name !== this.#known.generation) return name;
    this.#births++;
    return `${this.generation}.${this.#births}`;
  }
}

function larger(a: Pair, b: Pair): Pair {
  return [Math.max(a[0], b[0]), Math.max(a[1], b[1])];
}

/**
 * What was known and what the store says; of a ledger that began anew, what the store says.
 * @param isOther - what was known is of data that are lost: the store hears of it, and counts on from there
 */
function mergedClaims(known: KnownClaims, said: ClaimsView, isOther: boolean): KnownClaims {
  const confirmed = Math.max(said.confirmed, known.confirmed);
  const losses = Math.max(said.losses, known.losses);
  if (said.era !== known.era) return said.era > known.era ? { ...said, confirmed, losses } : known;
  return {
    era: said.era,
    granted: isOther ? said.granted : Math.max(said.granted, known.granted),
    grantedBefore: isOther ? Math.max(known.granted, known.grantedBefore) : known.grantedBefore,
    attempts: Math.max(said.attempts, known.attempts),
    held: said.held,
    unknown: said.unknown,
    soldOut: Math.max(said.soldOut, known.soldOut),
    losses,
    confirmed,
  };
}
