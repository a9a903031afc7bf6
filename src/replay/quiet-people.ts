/**
 * People who only wait on in a line, in columns: the number they wait with, the wait they were promised first, and their
 * name, which is the one text that a simulated line keeps of them. A million of them are twenty-four megabytes, and no
 * object. Whoever has more to say is a `Person` again.
 */
import { mannersOf } from './client-models.js';
import type { CrowdOptions } from './crowd-options.js';
import type { Person } from './person.js';
import type { Glances } from './transport.js';

/** What a person is that waits with ticket number 0: not quiet. */
const NOT_QUIET = 0;

export class QuietPeople {
  readonly #number: Float64Array;
  /** Whole seconds, exact up to half a year. */
  readonly #leastSeconds: Float32Array;
  readonly #mostSeconds: Float32Array;
  readonly #names: Array<string | undefined>;

  constructor(
    private readonly options: Pick<CrowdOptions, 'plan' | 'random'>,
    private readonly glances: Glances,
  ) {
    const people = options.plan.arrivesAtUs.length;
    this.#number = new Float64Array(people);
    this.#leastSeconds = new Float32Array(people);
    this.#mostSeconds = new Float32Array(people);
    this.#names = new Array<string | undefined>(people).fill(undefined);
  }

  /** How much later than it is sent a poll is heard, in microseconds. */
  get laterUs(): number {
    return this.glances.laterMs * 1000;
  }

  has(index: number): boolean {
    return this.#number[index] !== NOT_QUIET;
  }

  /** @returns whether `person` need be no object for as long as it waits */
  take(index: number, { name, ticket, promised, waitsOnly }: Person): boolean {
    const number = waitsOnly && ticket !== null ? this.glances.numberOf(ticket) : null;
    if (number === null || promised === null) return false;
    this.#number[index] = number;
    this.#names[index] = name;
    this.#leastSeconds[index] = promised.minMs / 1000;
    this.#mostSeconds[index] = promised.maxMs / 1000;
    return true;
  }

  /** The name of a person who is quiet; undefined of anybody else. */
  nameOf(index: number): string | undefined {
    return this.#names[index];
  }

  /** Polls for a person who is quiet. @returns after how many milliseconds it polls again; null: it has to ask in full */
  pollAfterMs(index: number): number | null {
    const { plan, random } = this.options;
    const toldMs = this.glances.pollAfterMs(plan.target[index] as number, this.#number[index] as number);
    return toldMs === null ? null : mannersOf(plan.model, index).pollMs(toldMs, random);
  }

  /** `person` is as it was before it was taken. */
  giveBack(index: number, person: Person): void {
    const minMs = (this.#leastSeconds[index] as number) * 1000;
    const maxMs = (this.#mostSeconds[index] as number) * 1000;
    person.resume(this.glances.ticketOf(this.#number[index] as number, person.name), { minMs, maxMs });
    this.#number[index] = NOT_QUIET;
    this.#names[index] = undefined;
  }
}
