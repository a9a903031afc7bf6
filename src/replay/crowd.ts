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
import { QuietPeople } from './quiet-people.js';
import type { NoReply, Reply } from './reply.js';
import type { Tally } from './tally.js';
import type { Transport } from './transport.js';

export class Crowd {
  readonly #options: CrowdOptions;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #tally: Tally;
  /** Those who have arrived, are not at their end, and have more to say than that they wait. */
  readonly #people: Array<Person | undefined>;
  /** Those who only wait, where the transport lets them do so quietly. */
  readonly #quiet: QuietPeople | null;
  readonly #due: DuePeople;
  readonly #grants: Grants;
  readonly #invitations: InvitationDesk;
  readonly #startUs: number;
  /** Nobody's patience ends before that of whoever arrives at once. */
  readonly #patientUntilUs: number;
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
    this.#patientUntilUs = options.patienceMs * 1000;
    const { arrivesAtUs } = options.plan;
    this.#people = new Array<Person | undefined>(arrivesAtUs.length).fill(undefined);
    this.#quiet = transport.glances === undefined ? null : new QuietPeople(options, transport.glances);
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
    for (let nowUs = this.#nowUs(); this.#due.nextDueUs <= nowUs; nowUs = this.#nowUs()) {
      const index = this.#due.pop();
      const { dueUs } = this.#due;
      if (this.#quiet?.has(index) && this.#waitsOn(index, this.#quiet, dueUs, nowUs)) continue;
      this.#send(index, dueUs, nowUs);
    }
    this.#sending = false;
    if (!this.#due.isEmpty) this.#arm();
  };

  #send(index: number, dueUs: number, nowUs: number): void {
    const person = this.#personAt(index);
    const { step } = person;
    this.#tally.sent(index, step, dueUs, nowUs);
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
  #waitsOn(index: number, quiet: QuietPeople, dueUs: number, nowUs: number): boolean {
    const afterMs = quiet.pollAfterMs(index);
    if (afterMs === null) return false;
    const heardUs = nowUs + quiet.laterUs;
    const nextUs = heardUs + afterMs * 1000;
    this.#tally.waitsOn(dueUs, nowUs, heardUs);
    if (nextUs <= this.#patientUntilUs || nextUs <= this.#givesUpUs(index)) this.#due.push(index, nextUs);
    else this.#plan(index, this.#personAt(index), nextUs, heardUs);
    return true;
  }

  #personAt(index: number): Person {
    const known = this.#people[index];
    if (known !== undefined) return known;
    const { plan, random, claimantOf } = this.#options;
    const name = this.#quiet?.nameOf(index) ?? claimantOf(plan.claimant[index] as number);
    const person = new Person(mannersOf(plan.model, index), random, name);
    if (this.#quiet?.has(index)) this.#quiet.giveBack(index, person);
    this.#people[index] = person;
    return person;
  }

  /** When the patience of a person ends. */
  #givesUpUs(index: number): number {
    const { plan, patienceMs } = this.#options;
    return (plan.arrivesAtUs[index] as number) + patienceMs * 1000;
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
    if (this.#quiet?.take(index, person)) this.#people[index] = undefined;
    this.#plan(index, person, nowUs + move.afterMs * 1000, nowUs);
  }

  /** The next step is due at `dueUs`, unless its patience ends before. */
  #plan(index: number, person: Person, dueUs: number, nowUs: number): void {
    if (dueUs > this.#givesUpUs(index)) {
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
