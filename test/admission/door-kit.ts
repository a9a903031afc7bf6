/** A door on a clock that the test moves, with claims that say what became of them. */
import { Door, type HeldClaim } from '../../src/admission/door.js';
import type { DoorSettings } from '../../src/admission/door-settings.js';
import { NO_CLAIMS, NO_PACE, type StoreView } from '../../src/admission/exchange.js';
import { bucketRate } from '../../src/buckets/gcra.js';
import type { Place } from '../../src/waiting-room/place.js';
import { SimulatedClock } from './simulated-clock.js';

export const DOOR: DoorSettings = {
  rate: bucketRate(20, 100),
  leaving: bucketRate(20, 100),
  storeRate: bucketRate(19, 100),
  staleUs: Number.POSITIVE_INFINITY,
  lateUs: Number.POSITIVE_INFINITY,
  horizonUs: 5000,
  slots: 10,
  mostHeld: 1000,
};

export class DoorKit {
  readonly clock = new SimulatedClock();
  readonly said: string[] = [];
  readonly departedUs: number[] = [];
  unused = 0;
  asks = 0;
  slotsHere = Number.POSITIVE_INFINITY;
  tooMuch = false;
  settings: DoorSettings = DOOR;
  readonly door: Door;

  constructor(changes: Partial<DoorSettings> = {}) {
    this.settings = { ...DOOR, ...changes };
    this.door = new Door({
      clock: this.clock,
      settings: () => this.settings,
      onUnused: (count) => {
        this.unused += count;
      },
      askSoon: () => {
        this.asks++;
      },
      turnOf: ({ number }) => number,
      slotsHere: () => this.slotsHere,
      isTooMuch: () => this.tooMuch,
    });
  }

  get nowUs(): number {
    return this.clock.monotonicUs();
  }

  claim(name: string, place: Place | null, holdMs = 250): HeldClaim {
    return {
      place,
      held: null,
      untilUs: this.nowUs + holdMs * 1000,
      depart: () => {
        this.said.push(`${name} departs`);
        this.departedUs.push(this.nowUs);
      },
      sendBack: () => this.said.push(`${name} is sent back`),
    };
  }

  /** Holds a claim for a place of the main line. */
  hold(number: number, holdMs = 250): HeldClaim {
    const claim = this.claim(`${number}`, main(number), holdMs);
    this.door.hold(claim);
    return claim;
  }

  /** Permits that were asked for arrive, in milliseconds from now. */
  permits(...inMs: number[]): void {
    const asked = this.door.permitsWanted();
    this.door.permitsArrived(
      asked,
      inMs.map((ms) => this.nowUs + ms * 1000),
    );
  }

  /** What a store says that has nothing to give for `tokenInMs`. */
  view(tokenInMs: number, slotsInUse = 0): StoreView {
    const { intervalNs, toleranceNs } = this.settings.storeRate;
    return {
      nowUs: this.nowUs,
      lineMs: 0,
      epoch: 1,
      generation: 'g',
      heads: [0, 0],
      tails: [0, 0],
      lapsed: [0, 0],
      doorTat: this.nowUs * 1000 + toleranceNs - intervalNs + tokenInMs * 1e6,
      doorIntervalNs: intervalNs,
      atDoor: 0,
      show: 1,
      callsPerSecond: 0,
      gateways: 1,
      taken: 0,
      slotsInUse,
      loss: false,
      ticked: false,
      settingsRevision: 0,
      gaps: [],
      lottery: null,
      seats: 0,
      sessionsEndedUs: 0,
      sessionEnds: [],
      claims: NO_CLAIMS,
      pace: NO_PACE,
    };
  }
}

export function main(number: number): Place {
  return { line: 0, number, returns: 0 };
}
