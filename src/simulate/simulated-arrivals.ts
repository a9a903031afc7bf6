/** What reached the simulated service, in columns: ten million arrivals are 170 megabytes, and no object until somebody reads. */
import type { Arrival, ArrivalOutcome } from '../sample/arrival-log.js';
import { NumberSet } from '../waiting-room/number-set.js';

/** Whose claim a name is, and back. */
export interface Names {
  personOf(claimant: string): number;
  nameOf(person: number): string;
}

const OUTCOMES: readonly ArrivalOutcome[] = ['pending', 'granted', 'repeated', 'failed', 'sold-out', 'lost'];
const FEW = 1024;

class SimulatedArrival implements Arrival {
  constructor(
    readonly number: number,
    readonly atUs: number,
    readonly inFlight: number,
    readonly outcome: ArrivalOutcome,
    private readonly person: number,
    private readonly names: Names,
  ) {}

  /** Most who read arrivals do not ask. */
  get claimant(): string {
    return this.names.nameOf(this.person);
  }
}

export class SimulatedArrivals implements Iterable<Arrival> {
  #atUs = new Float64Array(FEW);
  #person = new Int32Array(FEW);
  #inFlight = new Int32Array(FEW);
  #outcome = new Uint8Array(FEW);
  #count = 0;
  #maxInFlight = 0;
  #granted = 0;
  #grantedTwice = 0;
  readonly #once = new NumberSet();
  readonly #twice = new NumberSet();

  constructor(private readonly names: Names) {}

  get count(): number {
    return this.#count;
  }

  get maxInFlight(): number {
    return this.#maxInFlight;
  }

  get granted(): number {
    return this.#granted;
  }

  /** Claimants who were granted more than once. */
  get grantedTwice(): number {
    return this.#grantedTwice;
  }

  /** @returns the row of an arrival that is in work */
  add(atUs: number, claimant: string, inFlight: number): number {
    const row = this.#count++;
    if (row === this.#atUs.length) this.#grow();
    this.#atUs[row] = atUs;
    this.#person[row] = this.names.personOf(claimant);
    this.#inFlight[row] = inFlight;
    this.#maxInFlight = Math.max(this.#maxInFlight, inFlight);
    return row;
  }

  end(row: number, outcome: ArrivalOutcome): void {
    this.#outcome[row] = OUTCOMES.indexOf(outcome);
    if (outcome !== 'granted') return;
    this.#granted++;
    const number = (this.#person[row] as number) + 1;
    if (!this.#once.has(number)) this.#once.add(number);
    else if (!this.#twice.has(number)) {
      this.#twice.add(number);
      this.#grantedTwice++;
    }
  }

  *[Symbol.iterator](): Iterator<Arrival> {
    for (let row = 0; row < this.#count; row++) {
      yield new SimulatedArrival(
        row + 1,
        this.#atUs[row] as number,
        this.#inFlight[row] as number,
        OUTCOMES[this.#outcome[row] as number] as ArrivalOutcome,
        this.#person[row] as number,
        this.names,
      );
    }
  }

  #grow(): void {
    this.#atUs = copied(this.#atUs, new Float64Array(2 * this.#count));
    this.#person = copied(this.#person, new Int32Array(2 * this.#count));
    this.#inFlight = copied(this.#inFlight, new Int32Array(2 * this.#count));
    this.#outcome = copied(this.#outcome, new Uint8Array(2 * this.#count));
  }
}

function copied<T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
