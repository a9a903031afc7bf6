/**
 * Moves the people of a burst: sends each step when it is due, whatever became of the others (open loop), hears the
 * answer, and plans the next. A person whose next step would come after its patience has given up.
 */
import type { Clock, Timer } from '../kernel/clock.js';
import { mannersOf } from './client-models.js';
import type { CrowdOptions } from './crowd-options.js';
import { DuePeople } from './due-people.js';
import { Grants } from './grants.js';
import { InvitationDesk } from './invitation-desk.js';
import type { End, Move, Step } from './move.js';
import { Person } from './person.js';
import { NO_DOCUMENT, type NoReply, type Reply } from './reply.js';
import type { Tally } from './tally.js';
import type { Transport } from './transport.js';

/** All that is of interest in the answer to a poll that changes nothing. */
const STILL_WAITING: Reply = {
  kind: 'reply',
  status: 200,
  retryAfterMs: null,
  document: { ...NO_DOCUMENT, state: 'waiting' },
  fields: null,
  body: '',
};

export class Crowd {
  readonly #options: CrowdOptions;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #tally: Tally;
  /** Those who have arrived and are not at their end. */
  readonly #people: Array<Person | undefined>;
  readonly #due: DuePeople;
  readonly #grants: Grants;
  readonly #invitations: InvitationDesk;
  readonly #startUs: number;
  /** People who are planned or invited, and not at their end. */
  #open = 0;
  #timer: Timer | null = null;
  #timerForUs = Number.POSITIVE_INFINITY;
  /** Answers may come while people are sent; whoever is due then is sent with them. */
  #sending = false;
  #finish: () => void = () => undefined;

  /** @param startUs - the start of the burst on the clock's monotonic scale; default: now */
  constructor(options: CrowdOptions, transport: Transport, clock: Clock, tally: Tally, startUs = clock.monotonicUs()) {
    this.#options = options;
    this.#transport = transport;
    this.#clock = clock;
    this.#tally = tally;
    this.#startUs = startUs;
    const { arrivesAtUs } = options.plan;
    this.#people = new Array<Person | undefined>(arrivesAtUs.length).fill(undefined);
    this.#grants = new Grants(options.plan, tally);
    this.#invitations = new InvitationDesk(options.invitations ?? null, options.random);
    this.#due = new DuePeople(this.#admit(), arrivesAtUs);
  }

  /** @returns those who arrive by themselves, in order */
  #admit(): Int32Array {
    const { plan, takesPart } = this.#options;
    const arriving = new Int32Array(plan.arrivesAtUs.length);
    plan.arrivesAtUs.forEach((dueUs, person) => {
      if (takesPart?.(person) === false) return;
      this.#invitations.reachable++;
      if (dueUs === Number.POSITIVE_INFINITY) this.#invitations.reserve(person);
      else arriving[this.#open++] = person;
    });
    return arriving.subarray(0, this.#open);
  }

  /** Resolves when everybody has come to an end. */
  run(): Promise<void> {
    return new Promise((resolve) => {
      this.#finish = resolve;
      if (this.#open === 0) resolve();
      else this.#arm();
    });
  }

  #invite(person: number, dueUs: number): void {
    this.#options.plan.arrivesAtUs[person] = dueUs;
    this.#open++;
    this.#due.push(person, dueUs);
  }

  #nowUs(): number {
    return this.#clock.monotonicUs() - this.#startUs;
  }

  #arm(): void {
    const dueUs = this.#due.nextDueUs;
    if (this.#sending || dueUs >= this.#timerForUs) return;
    this.#timer?.cancel();
    this.#timerForUs = dueUs;
    const delayMs = Math.max(0, Math.ceil((dueUs - this.#nowUs()) / 1000));
    this.#timer = this.#clock.after(delayMs, this.#sendDue);
  }

  readonly #sendDue = (): void => {
    this.#timerForUs = Number.POSITIVE_INFINITY;
    this.#sending = true;
    for (let dueUs = this.#due.nextDueUs; dueUs <= this.#nowUs(); dueUs = this.#due.nextDueUs) {
      this.#send(this.#due.pop(), dueUs);
    }
    this.#sending = false;
    if (!this.#due.isEmpty) this.#arm();
  };

  #send(index: number, dueUs: number): void {
    const person = this.#personAt(index, dueUs);
    const { step } = person;
    if (step === 'poll' && this.#waitsOn(index, person, dueUs)) return;
    this.#tally.sent(index, step, dueUs, this.#nowUs());
    const { plan } = this.#options;
    const claims = step === 'claim';
    const request = {
      step,
      claimant: person.name,
      ticket: claims ? person.claimsWith : person.ticket,
      content: claims ? (plan.claims?.[index] ?? null) : null,
    };
    this.#transport.send(plan.target[index] as number, request, (reply, laterMs = 0) => {
      this.#hear(index, person, step, reply, dueUs, this.#nowUs() + laterMs * 1000);
    });
  }

  /** Most polls of a long line change nothing: they are not worth an answer in full. @returns whether this is one */
  #waitsOn(index: number, person: Person, dueUs: number): boolean {
    const { glances } = this.#transport;
    const { ticket, manners } = person;
    if (glances === undefined || ticket === null) return false;
    if (manners.leavesAfterMs !== null || person.promised === null) return false;
    const target = this.#options.plan.target[index] as number;
    const toldMs = glances.pollAfterMs(target, person.name, ticket);
    if (toldMs === null) return false;
    const nowUs = this.#nowUs();
    const heardUs = nowUs + glances.laterMs * 1000;
    this.#tally.sent(index, 'poll', dueUs, nowUs);
    this.#tally.heard('poll', STILL_WAITING, dueUs, heardUs);
    person.waitOn();
    this.#plan(index, person, heardUs + manners.pollMs(toldMs, this.#options.random) * 1000, heardUs);
    return true;
  }

  /** @param dueUs - when the step is due for which it is asked; of the first, when the person arrives */
  #personAt(index: number, dueUs: number): Person {
    let person = this.#people[index];
    if (person === undefined) {
      const { plan, random, claimantOf, patienceMs } = this.#options;
      const name = claimantOf(plan.claimant[index] as number);
      person = new Person(mannersOf(plan.model, index), random, name, dueUs + patienceMs * 1000);
      this.#people[index] = person;
    }
    return person;
  }

  #hear(index: number, person: Person, step: Step, reply: Reply | NoReply, dueUs: number, nowUs: number): void {
    this.#tally.heard(step, reply, dueUs, nowUs);
    if (step === 'leave') {
      this.#stop(index, person, { kind: 'left' }, nowUs);
      return;
    }
    const waited = person.inLine;
    const move = step === 'claim' ? person.afterClaim(reply) : person.afterPoll(reply);
    if (waited !== person.inLine) this.#tally.moved(person.inLine ? 1 : -1, isLive(person), nowUs);
    this.#follow(index, person, move, reply, nowUs);
  }

  #follow(index: number, person: Person, move: Move, reply: Reply | NoReply, nowUs: number): void {
    const code = reply.kind === 'reply' && reply.status >= 400 ? reply.document.code : null;
    if (code !== null) this.#tally.follows(code, move.kind === 'stop' ? move.end.kind : move.kind);
    if (move.kind === 'stop') {
      if (move.end.kind === 'granted' && reply.kind === 'reply') this.#granted(index, person, reply, nowUs);
      this.#stop(index, person, move.end, nowUs);
      return;
    }
    person.step = move.kind;
    this.#plan(index, person, nowUs + move.afterMs * 1000, nowUs);
  }

  /** Its next step is due at `dueUs`, unless its patience ends before. */
  #plan(index: number, person: Person, dueUs: number, nowUs: number): void {
    if (dueUs > person.givesUpUs) {
      this.#stop(index, person, { kind: 'gave-up', code: person.lastObstacle }, nowUs);
      return;
    }
    this.#due.push(index, dueUs);
    this.#arm();
  }

  #granted(index: number, person: Person, reply: Reply, nowUs: number): void {
    if (person.forged) this.#tally.forgeriesGranted++;
    this.#grants.hear(index, reply);
    this.#tally.waited(this.#options.plan.arrivesAtUs[index] as number, person.promised, nowUs);
    this.#invitations.success(nowUs, (invited, dueUs) => this.#invite(invited, dueUs));
    this.#arm();
  }

  #stop(index: number, person: Person, end: End, nowUs: number): void {
    if (person.inLine) this.#tally.moved(-1, isLive(person), nowUs);
    this.#people[index] = undefined;
    this.#tally.finished(index, end, nowUs);
    if (--this.#open > 0) return;
    this.#timer?.cancel();
    this.#finish();
  }
}

function isLive({ manners }: Person): boolean {
  return manners.prompt && manners.leavesAfterMs === null;
}
