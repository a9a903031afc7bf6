/**
 * People who only wait on in a line: the number they wait with, the wait they were promised first, and their name, which
 * is the one text that a simulated line keeps of them. A million of them are thirty-two megabytes, and no object. What a
 * poll asks for lies in one row, since each poll is of somebody far from the one before. Whoever has more to say is a
 * `Person` again.
 */
import { mannersNumbered } from './client-models.js';
import type { CrowdOptions } from './crowd-options.js';
import type { Person } from './person.js';
import type { Glances } from './transport.js';

/** What a person is that waits with ticket number 0: not quiet. */
const NOT_QUIET = 0;

/** One row a person: the number, the gateway and the model, and octets to spare, so that no row lies in two cache lines. */
const ROW_BYTES = 16;
/** Where each of them lies, counted in elements of its own size. */
const numberAt = (index: number): number => (index * ROW_BYTES) / 8;
const targetAt = (index: number): number => (index * ROW_BYTES + 8) / 2;
const modelAt = (index: number): number => index * ROW_BYTES + 10;

export class QuietPeople {
  /** The rows, read as numbers, as gateways, and as models. */
  readonly #numbers: Float64Array;
  readonly #targets: Uint16Array;
  readonly #models: Uint8Array;
  /** Whole seconds, exact up to half a year. */
  readonly #leastSeconds: Float32Array;
  readonly #mostSeconds: Float32Array;
  readonly #names: Array<string | undefined>;

  constructor(
    private readonly options: Pick<CrowdOptions, 'plan' | 'random'>,
    private readonly glances: Glances,
  ) {
    const people = options.plan.arrivesAtUs.length;
    const rows = new ArrayBuffer(people * ROW_BYTES);
    this.#numbers = new Float64Array(rows);
    this.#targets = new Uint16Array(rows);
    this.#models = new Uint8Array(rows);
    this.#leastSeconds = new Float32Array(people);
    this.#mostSeconds = new Float32Array(people);
    this.#names = new Array<string | undefined>(people).fill(undefined);
  }

  /** How much later than it is sent a poll is heard, in microseconds. */
  get laterUs(): number {
    return this.glances.laterMs * 1000;
  }

  has(index: number): boolean {
    return this.#numberOf(index) !== NOT_QUIET;
  }

  /** @returns whether `person` need be no object for as long as it waits */
  take(index: number, { name, ticket, promised, waitsOnly }: Person): boolean {
    const number = waitsOnly && ticket !== null ? this.glances.numberOf(ticket) : null;
    if (number === null || promised === null) return false;
    this.#setNumber(index, number);
    this.#targets[targetAt(index)] = this.options.plan.target[index] as number;
    this.#models[modelAt(index)] = this.options.plan.model[index] as number;
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
    const target = this.#targets[targetAt(index)] as number;
    const toldMs = this.glances.pollAfterMs(target, this.#numberOf(index));
    if (toldMs === null) return null;
    return mannersNumbered(this.#models[modelAt(index)] as number).pollMs(toldMs, this.options.random);
  }

  /** `person` is as it was before it was taken. */
  giveBack(index: number, person: Person): void {
    const minMs = (this.#leastSeconds[index] as number) * 1000;
    const maxMs = (this.#mostSeconds[index] as number) * 1000;
    person.resume(this.glances.ticketOf(this.#numberOf(index), person.name), { minMs, maxMs });
    this.#setNumber(index, NOT_QUIET);
    this.#names[index] = undefined;
  }

  #numberOf(index: number): number {
    return this.#numbers[numberAt(index)] as number;
  }

  #setNumber(index: number, number: number): void {
    this.#numbers[numberAt(index)] = number;
  }
}
