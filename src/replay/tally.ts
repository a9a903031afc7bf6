/** What happens in a burst, counted as it happens; person by person where the report needs it. */
import { build, type Histogram } from 'hdr-histogram-js';
import type { End } from './person.js';

const UNSET = -1;

export class Tally {
  readonly people: number;
  /** Microseconds from the start of the burst; -1 before it happened. */
  readonly firstSentUs: Float64Array;
  readonly grantedUs: Float64Array;
  readonly slipUs: Histogram = build({ lowestDiscernibleValue: 1, numberOfSignificantValueDigits: 3 });
  readonly waitUs: Histogram = build({ lowestDiscernibleValue: 1, numberOfSignificantValueDigits: 3 });
  /** Final refusals by code. */
  readonly refused = new Map<string, number>();
  /** Requests that got no answer, by error. */
  readonly errors = new Map<string, number>();
  /** Answers by `claim 429` or `poll 200`. */
  readonly answers = new Map<string, number>();
  readonly gaveUp = new Map<string, number>();
  arrived = 0;
  claims = 0;
  polls = 0;
  granted = 0;
  noShows = 0;
  ended = 0;
  waiting = 0;

  constructor(people: number) {
    this.people = people;
    this.firstSentUs = new Float64Array(people).fill(UNSET);
    this.grantedUs = new Float64Array(people).fill(UNSET);
  }

  get requests(): number {
    return this.claims + this.polls;
  }

  /** One request leaves. @param dueUs - when it was planned to */
  sent(person: number, kind: 'claim' | 'poll', dueUs: number, nowUs: number): void {
    if (kind === 'claim') this.claims += 1;
    else this.polls += 1;
    this.slipUs.recordValue(Math.max(0, Math.round(nowUs - dueUs)));
    if (this.firstSentUs[person] !== UNSET) return;
    this.firstSentUs[person] = nowUs;
    this.arrived += 1;
  }

  /** One person has come to an end. @param plannedUs - the arrival, from which the wait counts */
  finished(person: number, end: End, plannedUs: number, nowUs: number): void {
    this.ended += 1;
    switch (end.kind) {
      case 'granted':
        this.granted += 1;
        this.grantedUs[person] = nowUs;
        this.waitUs.recordValue(Math.max(0, Math.round(nowUs - plannedUs)));
        return;
      case 'refused':
        increment(this.refused, end.code);
        return;
      case 'no-show':
        this.noShows += 1;
        return;
      case 'gave-up':
        increment(this.gaveUp, end.code);
    }
  }
}

export function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
