/** What happens in a burst, counted as it happens; person by person where the report needs it. */
import type { Histogram } from 'hdr-histogram-js';
import { findContractFault } from './answer-table.js';
import type { CrowdPlan } from './crowd-plan.js';
import { GatheringHistogram, newHistogram } from './histogram.js';
import type { End, Step } from './move.js';
import { isKept, type PromisedWait } from './promised-wait.js';
import type { NoReply, Reply } from './reply.js';
import { count, emptyTimeline, type Timeline } from './timeline.js';

const UNSET = -1;
/** After somebody was told that the campaign is sold out, others are told otherwise for so long at most. */
const SOLD_OUT_SPREADS_US = 1_000_000;

export class Tally {
  readonly people: number;
  /** Microseconds from the start of the burst; -1 before it happened. */
  readonly firstSentUs: Float64Array;
  readonly grantedUs: Float64Array;
  readonly waitUs: Histogram = newHistogram();
  readonly #slipUs = new GatheringHistogram();
  readonly #latencyUs = new GatheringHistogram();
  /** Actual wait over the first one promised, in thousandths. */
  readonly etaRatio: Histogram = newHistogram();
  /** Final refusals by code. */
  readonly refused = new Map<string, number>();
  /** Requests that got no answer, by error. */
  readonly errors = new Map<string, number>();
  /** Answers by `claim 429` or `poll 200`. */
  readonly answers = new Map<string, number>();
  /** Spillway's own refusals by code. */
  readonly codes = new Map<string, number>();
  /** Ways in which answers differ from the answer table. */
  readonly contractFaults = new Map<string, number>();
  /** What clients did after a refusal, by `QUEUED poll`. */
  readonly followed = new Map<string, number>();
  readonly gaveUp = new Map<string, number>();
  readonly caught = new Map<string, number>();
  readonly timeline: Timeline = emptyTimeline();
  arrived = 0;
  claims = 0;
  polls = 0;
  leaves = 0;
  granted = 0;
  noShows = 0;
  left = 0;
  ended = 0;
  waiting = 0;
  /** Of those granted, how many had been promised a wait, and how many waited so. */
  promised = 0;
  promisesKept = 0;
  /** Grants to a claim with an altered ticket. */
  forgeriesGranted = 0;
  /** Answers stored earlier and given again, and further grants of one claimant that are none. */
  replays = 0;
  grantedAgain = 0;
  /** When somebody was first told SOLD_OUT; Infinity: nobody was. */
  soldOutUs = Number.POSITIVE_INFINITY;
  /** Requests sent more than a second later that were told something else. */
  toldOtherwise = 0;

  /** @param cast - in whose name each person claims, and how it behaves; left out: each in its own, and obediently */
  constructor(
    people: number,
    readonly cast: Pick<CrowdPlan, 'claimant' | 'model'> | null = null,
  ) {
    this.people = people;
    this.firstSentUs = new Float64Array(people).fill(UNSET);
    this.grantedUs = new Float64Array(people).fill(UNSET);
  }

  get slipUs(): Histogram {
    return this.#slipUs.gathered();
  }

  /** From the planned send time to the answer. */
  get latencyUs(): Histogram {
    return this.#latencyUs.gathered();
  }

  get requests(): number {
    return this.claims + this.polls + this.leaves;
  }

  /** One request leaves. @param dueUs - when it was planned to */
  sent(person: number, kind: Step, dueUs: number, nowUs: number): void {
    if (kind === 'claim') this.claims += 1;
    else if (kind === 'poll') this.polls += 1;
    else this.leaves += 1;
    this.#slipUs.record(Math.max(0, Math.round(nowUs - dueUs)));
    count(this.timeline.sent, nowUs);
    if (kind === 'poll') count(this.timeline.polled, nowUs);
    if (kind !== 'claim' || this.firstSentUs[person] !== UNSET) return;
    this.firstSentUs[person] = nowUs;
    this.arrived += 1;
    count(this.timeline.offered, nowUs);
  }

  /** One poll leaves, and is told that nothing has changed. @param heardUs - when it is */
  waitsOn(dueUs: number, nowUs: number, heardUs: number): void {
    this.polls += 1;
    this.#slipUs.record(Math.max(0, Math.round(nowUs - dueUs)));
    this.#latencyUs.record(Math.max(1, Math.round(heardUs - dueUs)));
    count(this.timeline.sent, nowUs);
    count(this.timeline.polled, nowUs);
    increment(this.answers, answerName('poll', 200));
    if (dueUs > this.soldOutUs + SOLD_OUT_SPREADS_US) this.toldOtherwise++;
  }

  /** One answer, or none. @param dueUs - when its request was planned to leave */
  heard(step: Step, reply: Reply | NoReply, dueUs: number, nowUs: number): void {
    this.#latencyUs.record(Math.max(1, Math.round(nowUs - dueUs)));
    if (reply.kind === 'none') {
      increment(this.errors, reply.error);
      return;
    }
    increment(this.answers, answerName(step, reply.status));
    const { code, state } = reply.document;
    if (code !== null && reply.status >= 400) increment(this.codes, code);
    const fault = findContractFault(reply);
    if (fault !== null) increment(this.contractFaults, fault);
    if (code === 'SOLD_OUT' || state === 'sold-out') this.soldOutUs = Math.min(this.soldOutUs, nowUs);
    else if (dueUs > this.soldOutUs + SOLD_OUT_SPREADS_US) {
      if (code === 'QUEUED' || state === 'waiting' || state === 'called' || reply.status === 201) this.toldOtherwise++;
    }
  }

  /** What somebody does next, having been refused with `code`. */
  follows(code: string, next: string): void {
    increment(this.followed, `${code} ${next}`);
  }

  /** Somebody joins the line (1) or is in it no more (-1). @param live - it will come when called */
  moved(change: 1 | -1, live: boolean, nowUs: number): void {
    this.waiting += change;
    const { joined, unjoined, liveJoined, liveUnjoined } = this.timeline;
    count(change === 1 ? joined : unjoined, nowUs);
    if (live) count(change === 1 ? liveJoined : liveUnjoined, nowUs);
  }

  /** @param promised - null: no wait was promised */
  waited(plannedUs: number, promised: PromisedWait | null, nowUs: number): void {
    this.waitUs.recordValue(Math.max(0, Math.round(nowUs - plannedUs)));
    if (promised === null) return;
    this.etaRatio.recordValue(Math.max(1, Math.round((nowUs - plannedUs) / promised.maxMs)));
    this.promised++;
    if (isKept(promised, (nowUs - plannedUs) / 1000)) this.promisesKept++;
  }

  /** One person has come to an end. */
  finished(person: number, end: End, nowUs: number): void {
    this.ended += 1;
    switch (end.kind) {
      case 'granted':
        this.granted += 1;
        this.grantedUs[person] = nowUs;
        count(this.timeline.granted, nowUs);
        return;
      case 'refused':
        increment(this.refused, end.code);
        count(this.timeline.refused, nowUs);
        return;
      case 'caught':
        increment(this.caught, end.code);
        return;
      case 'no-show':
        this.noShows += 1;
        return;
      case 'left':
        this.left += 1;
        return;
      case 'gave-up':
        increment(this.gaveUp, end.code);
    }
  }
}

export function increment(counts: Map<string, number>, key: string, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

const NAMES: Record<Step, Map<number, string>> = { claim: new Map(), poll: new Map(), leave: new Map() };

/** `claim 429`; made once, since millions of answers have one of few names. */
function answerName(step: Step, status: number): string {
  let name = NAMES[step].get(status);
  if (name === undefined) {
    name = `${step} ${status}`;
    NAMES[step].set(status, name);
  }
  return name;
}
