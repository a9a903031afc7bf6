/**
 * What reached the sample claim service, in order of arrival: the evidence on which a burst is judged. Times are
 * monotonic microseconds of the service itself, so that no client's clock takes part. The log keeps the newest
 * `capacity` arrivals.
 */

/** `pending` in work; `repeated` answered again to the same idempotency key, without a second grant. */
export type ArrivalOutcome = 'pending' | 'granted' | 'repeated' | 'failed' | 'sold-out' | 'lost';

export interface Arrival {
  /** Counts from 1 over the life of the service. */
  readonly number: number;
  readonly atUs: number;
  readonly claimant: string;
  /** Claims in flight at the service, this one included. */
  readonly inFlight: number;
  outcome: ArrivalOutcome;
}

const CAPACITY = 1_000_000;

export class ArrivalLog {
  readonly #capacity: number;
  #arrivals: Arrival[] = [];
  #count = 0;

  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
  }

  /** Arrivals ever logged; also the number of the newest. */
  get count(): number {
    return this.#count;
  }

  add(atUs: number, claimant: string, inFlight: number): Arrival {
    if (this.#arrivals.length >= this.#capacity) this.#arrivals = this.#arrivals.slice(this.#capacity >> 1);
    this.#count += 1;
    const arrival: Arrival = { number: this.#count, atUs, claimant, inFlight, outcome: 'pending' };
    this.#arrivals.push(arrival);
    return arrival;
  }

  /** Marks every claim still in work as lost: the service fell over. */
  loseAllPending(): void {
    for (let i = this.#arrivals.length - 1; i >= 0; i--) {
      const arrival = this.#arrivals[i] as Arrival;
      if (arrival.outcome === 'pending') arrival.outcome = 'lost';
    }
  }

  /** Arrivals numbered above `number` that are still kept, oldest first. */
  since(number: number): readonly Arrival[] {
    const oldest = this.#arrivals[0];
    return oldest === undefined ? [] : this.#arrivals.slice(Math.max(0, number + 1 - oldest.number));
  }
}

/**
 * The most arrivals in any window of `windowUs`, both ends included: a bound that holds for this count holds for
 * every half-open window too.
 * @param arrivals - oldest first
 */
export function worstWindow(arrivals: Iterable<Arrival>, windowUs: number): number {
  const behind = arrivals[Symbol.iterator]();
  let first = behind.next();
  let worst = 0;
  let within = 0;
  for (const { atUs } of arrivals) {
    within++;
    for (; !first.done && first.value.atUs < atUs - windowUs; first = behind.next()) within--;
    worst = Math.max(worst, within);
  }
  return worst;
}
