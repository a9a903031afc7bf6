/** Moves the heads of the line: by how many, and whom; and tells at what pace. `tick.lua` is the same on Redis. */
import { planCalls } from './calling.js';
import type { Gaps } from './gaps.js';
import { NumberSet } from './number-set.js';
import { Patience } from './patience.js';
import { type LineIndex, MAIN, RETURN } from './place.js';

const MOST_COHORTS = 128;
/** Without a tick for this long, nobody was there to call or to be claimed from. */
export const STALL_US = 1_000_000;
const SMOOTHING_US = 3_000_000;

interface CalledRange {
  readonly line: LineIndex;
  readonly from: number;
  readonly to: number;
  readonly calledAtUs: number;
}

export interface CallFacts {
  readonly nowUs: number;
  readonly sinceUs: number;
  readonly tokens: number;
  readonly ratePerSecond: number;
  readonly atDoor: number;
  readonly leadMs: number;
  readonly dwellMs: number;
  readonly pollMaxMs: number;
  /** Units of the budget that nobody holds; infinite without a budget. */
  readonly unitsLeft: number;
  readonly shut: boolean;
  /** How long the door has stood still with all slots taken, in microseconds. */
  readonly stoodUs: number;
  /** How many wait, in both lines. */
  readonly waiting: () => number;
}

export class Caller {
  show = 1;
  expected = 0;
  callsPerSecond = 0;
  /** Whose turn it was and who came, one set a line. */
  readonly #came: readonly [NumberSet, NumberSet] = [new NumberSet(), new NumberSet()];
  #called: CalledRange[] = [];
  readonly #patience = new Patience();

  constructor(
    private readonly heads: [number, number],
    private readonly tails: readonly [number, number],
    private readonly gaps: Gaps,
  ) {}

  begin(): void {
    this.expected = 0;
    this.#called = [];
  }

  /** Somebody called came to the door; who comes again counts once. */
  come(line: LineIndex, turn: number): void {
    if (this.#came[line].has(turn)) return;
    this.#came[line].add(turn);
    this.expected = Math.max(0, this.expected - 1);
  }

  /** So many are called ahead of their time: the returned first. */
  callAhead(count: number, nowUs: number): void {
    const returned = this.#advance(RETURN, count, nowUs);
    const called = returned + this.#advance(MAIN, count - returned, nowUs);
    this.expected += called * this.show;
  }

  call(facts: CallFacts): void {
    // Before the first call people were told by the rate alone, and without a line nobody was.
    const told = this.callsPerSecond > 0 && facts.waiting() > 0;
    const patient = this.#patience.at({ ...facts, told });
    const plan = planCalls({
      ...facts,
      ...(patient && { leastShow: this.show }),
      cohorts: this.#called.map((range) => ({
        calledAtUs: range.calledAtUs,
        called: range.to - range.from + 1,
        came: this.#came[range.line].count(range.from, range.to),
      })),
    });
    this.show = plan.show;
    this.expected = plan.expected;
    if (facts.shut) {
      // A service that is slow stands between two answers: that is its pace. One that stands for longer has none.
      if (facts.stoodUs > 0 && facts.stoodUs < STALL_US) this.#smoothPace(0, facts);
      return;
    }
    const back = this.tails[1] - this.heads[1];
    const inLine = this.tails[0] - this.heads[0];
    const returners = Math.min(back, Math.max(Math.ceil(plan.calls / 2), plan.calls - inLine));
    const called =
      this.#advance(RETURN, returners, facts.nowUs) + this.#advance(MAIN, plan.calls - returners, facts.nowUs);
    this.expected += called * plan.show;
    if (this.callsPerSecond === 0) this.callsPerSecond = facts.ratePerSecond;
    this.#smoothPace(called, facts);
  }

  /** The pace of calling, smoothed; while nobody waits it tells nothing. */
  #smoothPace(called: number, { sinceUs, waiting }: CallFacts): void {
    if (waiting() === 0 || sinceUs >= STALL_US) return;
    const weight = 1 - Math.exp(-sinceUs / SMOOTHING_US);
    this.callsPerSecond += weight * ((called * 1e6) / sinceUs - this.callsPerSecond);
  }

  /** Moves a head on by `calls` numbers, passing over gaps free of charge. */
  #advance(line: LineIndex, calls: number, nowUs: number): number {
    const { heads, tails, gaps } = this;
    let left = calls;
    while (heads[line] < tails[line]) {
      const from = heads[line] + 1;
      const gap = gaps.next(line, from);
      if (gap !== undefined && gap.from <= from) {
        heads[line] = gap.to;
        continue;
      }
      if (left <= 0) break;
      const to = Math.min(from + left - 1, tails[line], (gap?.from ?? Number.POSITIVE_INFINITY) - 1);
      heads[line] = to;
      this.#called.push({ line, from, to, calledAtUs: nowUs });
      left -= to - from + 1;
    }
    gaps.drop(line, heads[line]);
    if (this.#called.length > MOST_COHORTS) this.#called.splice(0, this.#called.length - MOST_COHORTS);
    return calls - left;
  }
}
