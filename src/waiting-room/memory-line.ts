/**
 * The line of the embedded store: numbers, calls, lapses, and who stands at the door. `line.lua` and
 * `tick.lua` are the same on Redis; one contract suite holds both to it.
 *
 *   (none) ──join──▶ waiting ──called──▶ called ──claims──▶ at the door ──entered, answered──▶ spent
 *                       │                   │ grace over                      │ gone: called again
 *                       ▼ given up          ▼
 *                     spent               lapsed ──back──▶ waiting in the return line (after 3 times: in the main line)
 */
import { planCalls } from './calling.js';
import { NumberSet } from './number-set.js';
import { type LineIndex, MAIN, type Place, RETURN } from './place.js';

/** Whoever lets this many calls pass goes to the end. */
const MOST_RETURNS = 3;
const MOST_COHORTS = 128;
/** The grace ladder has this many rungs a grace period, so nobody lapses early and nobody later than a rung. */
const RUNGS = 64;
const TICK_US = 50_000;
/** Without a tick for this long, nobody was there to call or to be claimed from: grace stood still. */
const STALL_US = 1_000_000;
const SMOOTHING_US = 3_000_000;

interface Entry {
  readonly place: Place;
  readonly toldMs: number;
}

interface CalledRange {
  readonly line: LineIndex;
  readonly from: number;
  readonly to: number;
  readonly calledAtUs: number;
}

export interface TickFacts {
  readonly nowUs: number;
  readonly open: boolean;
  readonly tokens: number;
  readonly ratePerSecond: number;
  readonly slotsFull: boolean;
  readonly graceMs: number;
  readonly leadMs: number;
  readonly dwellMs: number;
  /** Units of the budget that nobody holds; infinite without a budget. */
  readonly unitsLeft: number;
}

export class MemoryLine {
  epoch = 1;
  generation = '';
  heads: [number, number] = [0, 0];
  tails: [number, number] = [0, 0];
  lapsed: [number, number] = [0, 0];
  show = 1;
  expected = 0;
  callsPerSecond = 0;
  /** Numbers up to here are of an earlier epoch. */
  #bases: [number, number] = [0, 0];
  #came: [NumberSet, NumberSet] = [new NumberSet(), new NumberSet()];
  #spent: [NumberSet, NumberSet] = [new NumberSet(), new NumberSet()];
  /** Claimants in the main line who were never called in vain: the number alone, which is what a million of them cost. */
  #numbers = new Map<string, number>();
  #entries = new Map<string, Entry>();
  /** Until when somebody counts as standing at the door, and as being at the upstream; by place. */
  #door = new Map<number, number>();
  #inside = new Map<number, number>();
  #called: CalledRange[] = [];
  #ladder: Array<{ readonly lineMs: number; readonly heads: [number, number] }> = [];
  #gaps: Array<{ readonly line: LineIndex; readonly from: number; readonly to: number }> = [];
  #shutUs = 0;
  #tickUs = 0;
  #entered = 0;
  #stoodUs = 0;
  #enteredAtTick = 0;

  get atDoor(): number {
    return this.#door.size;
  }

  get waiting(): number {
    return this.tails[0] - this.heads[0] + this.tails[1] - this.heads[1];
  }

  lineMs(nowUs: number): number {
    return Math.floor((nowUs - this.#shutUs) / 1000);
  }

  /**
   * Takes over what a gateway knows. Whoever is ahead of this line proves that data was lost: numbers may then
   * have been issued that nobody here has seen, so the next `skip` are left out.
   * @param behind - this store is behind its caller in something else than the line
   * @returns whether data was lost
   */
  merge(
    known: { epoch: number; generation: string; heads: readonly [number, number]; tails: readonly [number, number] },
    fresh: string,
    skip: number,
    behind = false,
  ): boolean {
    const born = this.generation === '';
    if (born) this.generation = fresh;
    if (known.epoch > this.epoch) this.beginEpoch(known.epoch);
    const ahead =
      behind ||
      known.tails[0] > this.tails[0] ||
      known.tails[1] > this.tails[1] ||
      known.heads[0] > this.heads[0] ||
      known.heads[1] > this.heads[1];
    const loss = ahead || (born && known.generation !== '');
    for (const line of [MAIN, RETURN]) {
      this.heads[line] = Math.max(this.heads[line], known.heads[line]);
      if (loss) this.leaveOut(line, Math.max(this.tails[line], known.tails[line]), skip);
    }
    return loss;
  }

  /** Nobody waits any more. Numbers go on, so that those of an earlier epoch are told by being smaller. */
  beginEpoch(epoch: number): void {
    this.epoch = epoch;
    this.heads = [...this.tails];
    this.lapsed = [...this.tails];
    this.#bases = [...this.tails];
    this.expected = 0;
    this.#numbers.clear();
    this.#entries.clear();
    this.#door.clear();
    this.#called = [];
    this.#ladder = [];
    this.#gaps = [];
  }

  /** Whether a place is of an earlier epoch. */
  isPast(place: Place): boolean {
    return place.number <= this.#bases[place.line];
  }

  /** Issues no number up to `highest`, nor the `skip` numbers after it. */
  leaveOut(line: LineIndex, highest: number, skip: number): void {
    this.#gaps.push({ line, from: highest + 1, to: highest + skip });
    this.tails[line] = highest + skip;
  }

  find(claimant: string): Entry | null {
    const number = this.#numbers.get(claimant);
    if (number !== undefined) return { place: { line: MAIN, number, returns: 0 }, toldMs: 0 };
    return this.#entries.get(claimant) ?? null;
  }

  isSpent(place: Place): boolean {
    return this.#spent[place.line].has(place.number);
  }

  /** Remembers a place that a ticket proves. */
  refill(claimant: string, place: Place, toldMs: number): void {
    if (place.line === MAIN && place.returns === 0 && toldMs === 0) this.#numbers.set(claimant, place.number);
    else {
      this.#numbers.delete(claimant);
      this.#entries.set(claimant, { place, toldMs });
    }
  }

  join(claimant: string): Place {
    return this.#issue(claimant, MAIN, 0);
  }

  /** A new place for somebody whose call has lapsed. The old number is used up: its ticket proves nothing any more. */
  rejoin(claimant: string, lapsed: Place): Place {
    this.#spent[lapsed.line].add(lapsed.number);
    return lapsed.returns < MOST_RETURNS
      ? this.#issue(claimant, RETURN, lapsed.returns + 1)
      : this.#issue(claimant, MAIN, 0);
  }

  isCalled(place: Place): boolean {
    return place.number <= this.heads[place.line];
  }

  /** Whoever stands at the door or is at the upstream came in time. */
  isLapsed(place: Place, toldMs: number, nowUs: number, graceMs: number): boolean {
    if (place.number > this.lapsed[place.line]) return false;
    if (toldMs !== 0 && toldMs + graceMs >= this.lineMs(nowUs)) return false;
    return !this.#inside.has(keyOf(place)) && !this.#door.has(keyOf(place));
  }

  /** Calls the number just joined; for a line in which nobody else waits. */
  callNewest(): void {
    this.heads[0] = this.tails[0];
  }

  /** Somebody called stands at the door until `untilUs`, unless seen again. */
  come(place: Place, untilUs: number): void {
    this.#come(place);
    this.#door.set(keyOf(place), untilUs);
  }

  /** At the upstream until an answer is reported, or until `untilUs` if none ever is. */
  enter(place: Place, untilUs: number): void {
    this.#entered++;
    if (this.isPast(place)) return;
    this.#come(place);
    this.#door.delete(keyOf(place));
    this.#inside.set(keyOf(place), untilUs);
  }

  enterDirectly(): void {
    this.#entered++;
  }

  isInside(place: Place): boolean {
    return this.#inside.has(keyOf(place));
  }

  leaveDoor(place: Place): void {
    this.#door.delete(keyOf(place));
  }

  /** Answered, but not finally: called as before, with its grace beginning anew. A number used up since stays so. */
  retain(claimant: string, place: Place, nowUs: number): void {
    this.#inside.delete(keyOf(place));
    if (!this.isSpent(place) && !this.isPast(place)) this.refill(claimant, place, this.lineMs(nowUs));
  }

  spend(claimant: string, place: Place): void {
    this.#spent[place.line].add(place.number);
    this.#inside.delete(keyOf(place));
    this.#door.delete(keyOf(place));
    const entry = this.find(claimant);
    if (entry !== null && keyOf(entry.place) === keyOf(place)) {
      this.#numbers.delete(claimant);
      this.#entries.delete(claimant);
    }
  }

  /** @returns whether this was the tick; false if there was one a moment ago */
  tick(facts: TickFacts): boolean {
    const sinceUs = facts.nowUs - this.#tickUs;
    if (this.#tickUs !== 0 && sinceUs < TICK_US) return false;
    const stood = facts.open && facts.slotsFull && this.#entered === this.#enteredAtTick;
    this.#stoodUs = stood ? this.#stoodUs + sinceUs : 0;
    const shut = !facts.open || stood;
    if (this.#tickUs !== 0) {
      if (shut) this.#shutUs += sinceUs;
      else if (sinceUs > STALL_US) this.#shutUs += sinceUs - TICK_US;
    }
    this.#tickUs = facts.nowUs;
    this.#enteredAtTick = this.#entered;
    for (const crowd of [this.#door, this.#inside]) {
      for (const [key, untilUs] of crowd) if (untilUs < facts.nowUs) crowd.delete(key);
    }
    this.#climb(facts.nowUs, facts.graceMs);
    this.#call(facts, shut, sinceUs);
    return true;
  }

  #come(place: Place): void {
    if (this.#came[place.line].has(place.number)) return;
    this.#came[place.line].add(place.number);
    this.expected = Math.max(0, this.expected - 1);
  }

  #issue(claimant: string, line: LineIndex, returns: number): Place {
    this.tails[line]++;
    const place: Place = { line, number: this.tails[line], returns };
    this.#numbers.delete(claimant);
    this.#entries.delete(claimant);
    this.refill(claimant, place, 0);
    return place;
  }

  #climb(nowUs: number, graceMs: number): void {
    const lineMs = this.lineMs(nowUs);
    const last = this.#ladder.at(-1);
    const moved = last === undefined || last.heads[0] !== this.heads[0] || last.heads[1] !== this.heads[1];
    if (moved && (last === undefined || lineMs - last.lineMs >= graceMs / RUNGS)) {
      this.#ladder.push({ lineMs, heads: [...this.heads] });
    }
    while (this.#ladder[0] !== undefined && this.#ladder[0].lineMs + graceMs < lineMs) {
      this.lapsed = this.#ladder[0].heads;
      this.#ladder.shift();
    }
  }

  #call(facts: TickFacts, shut: boolean, sinceUs: number): void {
    const plan = planCalls({
      nowUs: facts.nowUs,
      tokens: facts.tokens,
      ratePerSecond: facts.ratePerSecond,
      atDoor: this.#door.size,
      leadMs: facts.leadMs,
      dwellMs: facts.dwellMs,
      unitsLeft: facts.unitsLeft,
      cohorts: this.#called.map((range) => ({
        calledAtUs: range.calledAtUs,
        called: range.to - range.from + 1,
        came: this.#came[range.line].count(range.from, range.to),
      })),
    });
    this.show = plan.show;
    this.expected = plan.expected;
    if (shut) {
      // A service that is slow stands between two answers: that is its pace. One that stands for longer has none.
      if (this.#stoodUs > 0 && this.#stoodUs < STALL_US) this.#smoothPace(0, sinceUs);
      return;
    }
    const back = this.tails[1] - this.heads[1];
    const inLine = this.tails[0] - this.heads[0];
    const returners = Math.min(back, Math.max(Math.ceil(plan.calls / 2), plan.calls - inLine));
    const called =
      this.#advance(RETURN, returners, facts.nowUs) + this.#advance(MAIN, plan.calls - returners, facts.nowUs);
    this.expected += called * plan.show;
    if (this.callsPerSecond === 0) this.callsPerSecond = facts.ratePerSecond;
    this.#smoothPace(called, sinceUs);
  }

  /** The pace of calling, smoothed; while nobody waits it tells nothing. */
  #smoothPace(called: number, sinceUs: number): void {
    if (this.waiting === 0 || sinceUs >= STALL_US) return;
    const weight = 1 - Math.exp(-sinceUs / SMOOTHING_US);
    this.callsPerSecond += weight * ((called * 1e6) / sinceUs - this.callsPerSecond);
  }

  /** Moves a head on by `calls` numbers, passing over gaps free of charge. */
  #advance(line: LineIndex, calls: number, nowUs: number): number {
    let left = calls;
    let called = 0;
    while (this.heads[line] < this.tails[line]) {
      const from = this.heads[line] + 1;
      const gap = this.#gaps.find((one) => one.line === line && one.to >= from);
      if (gap !== undefined && gap.from <= from) {
        this.heads[line] = gap.to;
        continue;
      }
      if (left <= 0) break;
      const to = Math.min(
        from + left - 1,
        this.tails[line],
        gap === undefined ? Number.MAX_SAFE_INTEGER : gap.from - 1,
      );
      this.heads[line] = to;
      this.#called.push({ line, from, to, calledAtUs: nowUs });
      called += to - from + 1;
      left -= to - from + 1;
    }
    while (this.#called.length > MOST_COHORTS) this.#called.shift();
    return called;
  }
}

function keyOf(place: Place): number {
  return place.number * 2 + place.line;
}
