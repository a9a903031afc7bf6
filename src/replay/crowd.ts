/**
 * Moves the people of a burst: sends each step when it is due, whatever became of the others (open loop), hears the
 * answer, and plans the next. A person whose next step would come after its patience has given up.
 */
import type { Clock, Timer } from '../kernel/clock.js';
import type { Random } from '../kernel/random.js';
import type { CrowdPlan } from './crowd-plan.js';
import { DueHeap } from './due-heap.js';
import { type Move, Person } from './person.js';
import type { NoReply, Reply } from './reply.js';
import { increment, type Tally } from './tally.js';
import type { Outgoing, Transport } from './transport.js';

export interface CrowdOptions {
  readonly plan: CrowdPlan;
  readonly claimPath: string;
  /** Where tickets are read, without the ticket: `/queue/lny-2026/tickets`. */
  readonly ticketsPath: string;
  readonly claimantHeader: string;
  readonly claimantOf: (person: number) => string;
  /** From planned arrival to giving up, in milliseconds. */
  readonly patienceMs: number;
  readonly random: Random;
}

type Step = 'claim' | 'poll';

export class Crowd {
  readonly #options: CrowdOptions;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #tally: Tally;
  readonly #people: Person[];
  readonly #step: Step[];
  readonly #dueUs: Float64Array;
  readonly #heap: DueHeap;
  readonly #startUs: number;
  #timer: Timer | null = null;
  #timerForUs = Number.POSITIVE_INFINITY;
  #finish: () => void = () => undefined;

  constructor(options: CrowdOptions, transport: Transport, clock: Clock, tally: Tally) {
    this.#options = options;
    this.#transport = transport;
    this.#clock = clock;
    this.#tally = tally;
    const { arrivesAtUs, noShow } = options.plan;
    this.#people = Array.from(noShow, (stays) => new Person(stays === 0, options.random));
    this.#step = new Array<Step>(arrivesAtUs.length).fill('claim');
    this.#dueUs = Float64Array.from(arrivesAtUs);
    this.#heap = new DueHeap(arrivesAtUs.length);
    arrivesAtUs.forEach((dueUs, person) => {
      this.#heap.push(person, dueUs);
    });
    this.#startUs = clock.monotonicUs();
  }

  /** Resolves when everybody has come to an end. */
  run(): Promise<void> {
    return new Promise((resolve) => {
      this.#finish = resolve;
      if (this.#heap.size === 0) resolve();
      else this.#arm();
    });
  }

  #nowUs(): number {
    return this.#clock.monotonicUs() - this.#startUs;
  }

  #arm(): void {
    const dueUs = this.#heap.nextDueUs;
    if (dueUs >= this.#timerForUs) return;
    this.#timer?.cancel();
    this.#timerForUs = dueUs;
    const delayMs = Math.max(0, (dueUs - this.#nowUs()) / 1000);
    this.#timer = this.#clock.after(delayMs, () => this.#sendDue());
  }

  #sendDue(): void {
    this.#timerForUs = Number.POSITIVE_INFINITY;
    while (this.#heap.nextDueUs <= this.#nowUs()) this.#send(this.#heap.pop());
    if (this.#heap.size > 0) this.#arm();
  }

  #send(index: number): void {
    const step = this.#step[index] as Step;
    const person = this.#people[index] as Person;
    this.#tally.sent(index, step, this.#dueUs[index] as number, this.#nowUs());
    const request = step === 'claim' ? this.#claim(index, person) : this.#poll(index, person);
    this.#transport.send(this.#options.plan.target[index] as number, request, (reply) => {
      this.#hear(index, person, step, reply);
    });
  }

  #claim(index: number, person: Person): Outgoing {
    const { claimPath, claimantHeader, claimantOf } = this.#options;
    const headers = [claimantHeader, claimantOf(index), 'content-type', 'application/json'];
    if (person.ticket !== null) headers.push('spillway-ticket', person.ticket);
    return { method: 'POST', path: claimPath, headers, body: '{}' };
  }

  #poll(index: number, person: Person): Outgoing {
    const { ticketsPath, claimantHeader, claimantOf } = this.#options;
    const headers = [claimantHeader, claimantOf(index)];
    return { method: 'GET', path: `${ticketsPath}/${person.ticket ?? 'me'}`, headers, body: null };
  }

  #hear(index: number, person: Person, step: Step, reply: Reply | NoReply): void {
    if (reply.kind === 'none') increment(this.#tally.errors, reply.error);
    else increment(this.#tally.answers, `${step} ${reply.status}`);
    const waited = person.ticket !== null;
    const move = step === 'claim' ? person.afterClaim(reply) : person.afterPoll(reply);
    if (waited !== (person.ticket !== null)) this.#tally.waiting += waited ? -1 : 1;
    this.#follow(index, person, move);
  }

  #follow(index: number, person: Person, move: Move): void {
    const plannedUs = this.#options.plan.arrivesAtUs[index] as number;
    const nowUs = this.#nowUs();
    if (move.kind === 'stop') {
      this.#stop(index, person, move, nowUs);
      return;
    }
    const dueUs = nowUs + move.afterMs * 1000;
    if (dueUs > plannedUs + this.#options.patienceMs * 1000) {
      this.#stop(index, person, { kind: 'stop', end: { kind: 'gave-up', code: person.lastObstacle } }, nowUs);
      return;
    }
    this.#step[index] = move.kind;
    this.#dueUs[index] = dueUs;
    this.#heap.push(index, dueUs);
    this.#arm();
  }

  #stop(index: number, person: Person, move: Move & { readonly kind: 'stop' }, nowUs: number): void {
    if (person.ticket !== null) this.#tally.waiting -= 1;
    this.#tally.finished(index, move.end, this.#options.plan.arrivesAtUs[index] as number, nowUs);
    if (this.#tally.ended < this.#tally.people) return;
    this.#timer?.cancel();
    this.#finish();
  }
}
