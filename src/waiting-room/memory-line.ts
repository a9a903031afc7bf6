/**
 * The line of the embedded store: numbers, calls, lapses, and who stands at the door. `places.lua` and
 * `tick.lua` are the same on Redis; one contract suite holds both to it.
 *
 *   (none) ──join──▶ waiting ──called──▶ called ──claims──▶ at the door ──entered, answered──▶ spent
 *                       │                   │ grace over                      │ gone: called again
 *                       ▼ given up          ▼
 *                     spent               lapsed ──back──▶ waiting in the return line (after 3 times: in the main line)
 */
import { Caller } from './caller.js';
import { ClaimantPlaces, type PlaceEntry } from './claimant-places.js';
import { Gaps, leftOut } from './gaps.js';
import { GraceClock } from './grace-clock.js';
import { GraceLadder } from './grace-ladder.js';
import type { KnownLine, LineMemory } from './line-memory.js';
import { type Lottery, newerLottery, turnOf } from './lottery.js';
import { NumberSet } from './number-set.js';
import { type LineIndex, MAIN, type Place, RETURN } from './place.js';

/** Whoever lets this many calls pass goes to the end. */
const MOST_RETURNS = 3;

export interface TickFacts {
  readonly nowUs: number;
  readonly open: boolean;
  readonly tokens: number;
  readonly ratePerSecond: number;
  readonly slotsFull: boolean;
  readonly graceMs: number;
  readonly leadMs: number;
  readonly dwellMs: number;
  readonly pollMaxMs: number;
  /** Units of the budget that nobody holds; infinite without a budget. */
  readonly unitsLeft: number;
}

export class MemoryLine {
  epoch = 1;
  generation = '';
  readonly heads: [number, number] = [0, 0];
  readonly tails: [number, number] = [0, 0];
  readonly gaps = new Gaps();
  readonly caller = new Caller(this.heads, this.tails, this.gaps);
  /** Null where the order is that of joining. */
  lottery: Lottery | null = null;
  /** Numbers up to here are of an earlier epoch. */
  #bases: readonly [number, number] = [0, 0];
  readonly #ladder = new GraceLadder();
  readonly #places = new ClaimantPlaces();
  readonly #spent: readonly [NumberSet, NumberSet] = [new NumberSet(), new NumberSet()];
  /** Until when somebody counts as standing at the door, and as being at the upstream; by place. */
  readonly #door = new Map<number, number>();
  readonly #inside = new Map<number, number>();
  readonly #clock = new GraceClock();
  #entered = 0;

  get atDoor(): number {
    return this.#door.size;
  }

  /** Claims that ever went in. */
  get entered(): number {
    return this.#entered;
  }

  get waiting(): number {
    return this.#waitingIn(MAIN) + this.#waitingIn(RETURN);
  }

  /** Numbers of this epoch given out, called, and lapsed. */
  figures(): { issued: number; called: number; lapsed: number } {
    const sums = { issued: 0, called: 0, lapsed: 0 };
    for (const line of [MAIN, RETURN] as const) {
      const base = this.#bases[line];
      const upTo = (to: number): number => Math.max(0, to - base - leftOut(this.gaps.all, line, base, to));
      sums.issued += upTo(this.tails[line]);
      sums.called += upTo(this.heads[line]);
      const lapsed = this.lapsed[line];
      if (lapsed > base) sums.lapsed += Math.max(0, upTo(lapsed) - this.#spent[line].count(base + 1, lapsed));
    }
    return sums;
  }

  get lapsed(): readonly [number, number] {
    return this.#ladder.lapsed;
  }

  lineMs(nowUs: number): number {
    return this.#clock.lineMs(nowUs);
  }

  /**
   * Takes over what a gateway knows. Whoever is ahead of this line proves that data was lost: numbers may then
   * have been issued that nobody here has seen, so the next `skip` are left out.
   * @param behind - this store is behind its caller in something else than the line
   * @returns whether data was lost
   */
  merge(known: KnownLine, fresh: string, skip: number, behind = false): boolean {
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
    if (known.epoch === this.epoch) this.lottery = newerLottery(this.lottery, known.lottery);
    return loss;
  }

  /** Nobody waits any more. Numbers go on, so that those of an earlier epoch are told by being smaller. */
  beginEpoch(epoch: number): void {
    this.epoch = epoch;
    this.heads[0] = this.tails[0];
    this.heads[1] = this.tails[1];
    this.#bases = [...this.tails];
    this.lottery = null;
    this.#ladder.begin([...this.tails]);
    this.caller.begin();
    this.gaps.clear();
    this.#places.clear();
    this.#door.clear();
  }

  memory(nowUs: number): LineMemory {
    const { epoch, generation, heads, tails, lottery, lapsed } = this;
    const [bases, gaps, entered] = [this.#bases, this.gaps.all, this.#entered];
    return { epoch, generation, heads, tails, lottery, bases, lapsed, gaps, entered, lineMs: this.lineMs(nowUs) };
  }

  /** Goes on where an earlier process ended. The clock of grace stood still meanwhile. */
  recall(memory: LineMemory, nowUs: number): void {
    this.epoch = memory.epoch;
    this.generation = memory.generation;
    this.lottery = memory.lottery;
    for (const line of [MAIN, RETURN]) [this.heads[line], this.tails[line]] = [memory.heads[line], memory.tails[line]];
    this.#bases = memory.bases;
    this.#ladder.begin(memory.lapsed);
    for (const gap of memory.gaps) this.gaps.add(gap);
    this.#entered = memory.entered;
    this.#clock.recall(memory.lineMs, nowUs);
  }

  /** Whether a place is of an earlier epoch. */
  isPast(place: Place): boolean {
    return place.number <= this.#bases[place.line];
  }

  /** The key by which lots will be drawn, should there be none yet. */
  offerKey(key: string): void {
    this.lottery ??= { key, from: 0, to: 0 };
  }

  get isDrawn(): boolean {
    return this.lottery !== null && this.lottery.from > 0;
  }

  /** Nobody is called before the draw, so those above the head are all who joined. Those left out are among them. */
  draw(): void {
    if (this.lottery === null || this.isDrawn) return;
    this.lottery = { key: this.lottery.key, from: this.heads[0] + 1, to: this.tails[0] };
    this.gaps.drop(MAIN, this.tails[0]);
  }

  /** Issues no number up to `highest`, nor the `skip` numbers after it. */
  leaveOut(line: LineIndex, highest: number, skip: number): void {
    this.gaps.add({ line, from: highest + 1, to: highest + skip });
    this.tails[line] = highest + skip;
  }

  find(claimant: string): PlaceEntry | null {
    return this.#places.find(claimant);
  }

  isSpent(place: Place): boolean {
    return this.#spent[place.line].has(place.number);
  }

  /** Remembers a place that a ticket proves. */
  refill(claimant: string, place: Place, toldMs: number): void {
    this.#places.set(claimant, place, toldMs);
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
    return this.#turnOf(place) <= this.heads[place.line];
  }

  /** Whoever stands at the door or is at the upstream came in time. */
  isLapsed(place: Place, toldMs: number, nowUs: number, graceMs: number): boolean {
    if (this.#turnOf(place) > this.lapsed[place.line]) return false;
    if (toldMs !== 0 && toldMs + graceMs >= this.lineMs(nowUs)) return false;
    return !this.#inside.has(keyOf(place)) && !this.#door.has(keyOf(place));
  }

  /** Calls the number just joined; for a line in which nobody else waits. */
  callNewest(): void {
    this.heads[0] = this.tails[0];
  }

  /** Somebody called stands at the door until `untilUs`, unless seen again. */
  come(place: Place, untilUs: number): void {
    this.caller.come(place.line, this.#turnOf(place));
    this.#door.set(keyOf(place), untilUs);
  }

  /** At the upstream until an answer is reported, or until `untilUs` if none ever is. */
  enter(place: Place, untilUs: number): void {
    this.#entered++;
    if (this.isPast(place)) return;
    this.caller.come(place.line, this.#turnOf(place));
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
    if (entry !== null && keyOf(entry.place) === keyOf(place)) this.#places.delete(claimant);
  }

  /** @returns whether this was the tick; false if there was one a moment ago */
  tick(facts: TickFacts): boolean {
    const passed = this.#clock.tick(facts.nowUs, facts.open, facts.slotsFull, this.#entered);
    if (passed === null) return false;
    for (const crowd of [this.#door, this.#inside]) {
      for (const [key, untilUs] of crowd) if (untilUs < facts.nowUs) crowd.delete(key);
    }
    this.#ladder.climb(this.lineMs(facts.nowUs), this.heads, facts.graceMs);
    const waiting = (): number => this.waiting;
    this.caller.call({ ...facts, ...passed, atDoor: this.#door.size, waiting });
    return true;
  }

  /** Among the numbers that are called. Before the draw nobody is. */
  #turnOf(place: Place): number {
    return turnOf(place, this.lottery) ?? place.number;
  }

  #waitingIn(line: LineIndex): number {
    const { [line]: head } = this.heads;
    return this.tails[line] - head - leftOut(this.gaps.all, line, head, this.tails[line]);
  }

  #issue(claimant: string, line: LineIndex, returns: number): Place {
    this.tails[line]++;
    const place: Place = { line, number: this.tails[line], returns };
    this.refill(claimant, place, 0);
    return place;
  }
}

function keyOf(place: Place): number {
  return place.number * 2 + place.line;
}
