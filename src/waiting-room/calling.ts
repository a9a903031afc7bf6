/**
 * How many to call. The door should always have somebody standing at it, and never a crowd: what the door
 * will take until the next people can arrive, less those who stand there, less those who were called a moment
 * ago and are still expected. Those who come are counted when they *come*, admitted or not: counting only
 * who was admitted would call people to a door that does not move.
 */
export interface Cohort {
  /** When it was called, in microseconds on the line's own clock. */
  readonly calledAtUs: number;
  readonly called: number;
  readonly came: number;
}

export interface CallingFacts {
  readonly nowUs: number;
  /** Tokens in the door's bucket; may be a fraction. */
  readonly tokens: number;
  readonly ratePerSecond: number;
  /** People standing at the door. */
  readonly atDoor: number;
  readonly leadMs: number;
  /** Age at which a cohort has shown who comes. */
  readonly dwellMs: number;
  readonly cohorts: readonly Cohort[];
  /** The estimate is not less than this: while the called may not know yet that they are. Left out: as low as it goes. */
  readonly leastShow?: number;
  /** Units of the budget that nobody holds; left out without a budget. Never more people than that are called. */
  readonly unitsLeft?: number;
}

export interface CallingPlan {
  /** Numbers to call now; 0 or more. */
  readonly calls: number;
  /** Share of the called who come, estimated; in [0.1, 1]. */
  readonly show: number;
  /** People called a moment ago who are still expected. */
  readonly expected: number;
}

/** Pretended calls that all came, so that the estimate starts neutral. */
const PRIOR = 20;
const LEAST_SHOW = 0.1;

export function planCalls(facts: CallingFacts): CallingPlan {
  const youngSinceUs = facts.nowUs - facts.dwellMs * 1000;
  let called = PRIOR;
  let came = PRIOR;
  for (const cohort of facts.cohorts) {
    if (cohort.calledAtUs > youngSinceUs) continue;
    called += cohort.called;
    came += cohort.came;
  }
  const show = Math.min(1, Math.max(facts.leastShow ?? LEAST_SHOW, came / called));
  let expected = 0;
  for (const cohort of facts.cohorts) {
    if (cohort.calledAtUs <= youngSinceUs) continue;
    expected += Math.max(0, cohort.called * show - cohort.came);
  }
  const want = facts.tokens + (facts.ratePerSecond * facts.leadMs) / 1000 - expected - facts.atDoor;
  const units = (facts.unitsLeft ?? Number.POSITIVE_INFINITY) - expected - facts.atDoor;
  const calls = Math.min(Math.floor(want / show), Math.floor(units));
  return { calls: Math.max(0, calls), show, expected };
}
