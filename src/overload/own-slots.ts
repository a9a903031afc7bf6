/**
 * The slots of one gateway at one upstream, from before a claim is asked for until the service is done with it:
 *
 *   free ──reserve──▶ set aside ──begin──▶ at the service ──success | dropped | ignored──▶ free
 *     ▲                   │ not used: giveBack
 *     └───────────────────┘
 *
 * How many there are is for the limiter to say, and while no target of the upstream takes anything, there are none.
 */
import type { Limiter, Slot } from './limiter.js';

export interface OwnSlots {
  /** How many could be set aside now; infinite: there is no bound of the gateway's own. */
  readonly free: number;
  /**
   * Sets slots aside for a call to the store.
   * @returns how many, at most `count`; infinite: there is no bound of the gateway's own
   */
  reserve(count: number): number;
  /** So many of those set aside were not used. */
  giveBack(count: number): void;
  /** One of those set aside is taken to the service. */
  begin(): Slot;
  /** Whether one of them should rather not be used: the service fails too often. */
  isTooMuch(): boolean;
}

/** What the targets of an upstream say of their readiness. */
export interface Readiness {
  /** Whether there is nothing in the way of anybody. */
  readonly isOpen: boolean;
  /** How many more requests may go to find out whether it works again, while `isOpen` is false. */
  readonly probes: number;
  /** Whether a request should rather stay away, by lot: all targets fail too often. */
  isTooMuch(): boolean;
}

const COUNTED_BY_THE_STORE: Slot = { begin: () => {}, success: () => {}, dropped: () => {}, ignored: () => {} };

/** No bound of the gateway's own. */
export const UNBOUNDED: OwnSlots = {
  free: Number.POSITIVE_INFINITY,
  reserve: () => Number.POSITIVE_INFINITY,
  giveBack: () => {},
  begin: () => COUNTED_BY_THE_STORE,
  isTooMuch: () => false,
};

export class UpstreamSlots implements OwnSlots {
  /** Taken from the limiter and set aside. */
  readonly #idle: Slot[] = [];
  /** Set aside to find out whether a target works again, where the store counts the slots. */
  #probing = 0;

  /** @param limiter - null: the store counts for all gateways */
  constructor(
    private limiter: Limiter | null,
    private readiness: Readiness,
  ) {}

  /** Another configuration came into force; slots that are taken end where they were taken. */
  configure(limiter: Limiter | null, readiness: Readiness): void {
    this.limiter = limiter;
    this.readiness = readiness;
  }

  isTooMuch(): boolean {
    return this.readiness.isTooMuch();
  }

  get free(): number {
    const { limiter, readiness } = this;
    if (readiness.isOpen) return limiter === null ? Number.POSITIVE_INFINITY : limiter.limit - limiter.inFlight;
    return Math.max(0, readiness.probes - this.#probing - this.#idle.length);
  }

  reserve(count: number): number {
    const { limiter, free } = this;
    if (free === Number.POSITIVE_INFINITY) return free;
    const most = Math.max(0, Math.min(count, free));
    return limiter === null ? this.#reserveProbes(most) : this.#reserveOf(limiter, most);
  }

  giveBack(count: number): void {
    for (let left = count; left > 0; left--) {
      const slot = this.#idle.pop();
      if (slot !== undefined) slot.ignored();
      else if (this.#probing > 0) this.#probing--;
    }
  }

  begin(): Slot {
    const slot = this.#idle.pop();
    if (slot !== undefined) {
      slot.begin();
      return slot;
    }
    if (this.#probing > 0) this.#probing--;
    return COUNTED_BY_THE_STORE;
  }

  #reserveProbes(most: number): number {
    this.#probing += most;
    return most;
  }

  #reserveOf(limiter: Limiter, most: number): number {
    let reserved = 0;
    for (; reserved < most; reserved++) {
      const slot = limiter.acquire();
      if (slot === null) break;
      this.#idle.push(slot);
    }
    return reserved;
  }
}
