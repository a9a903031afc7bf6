/**
 * Sessions in the embedded store: whoever went in may come again for a while, and only so many at once. `seats.lua` is
 * the same on Redis, and says what holds. All sessions last equally long, and so do all leases: whoever came first is
 * the first whose time is over.
 */
import type { SeatEvent, SessionEnd } from './exchange.js';
import type { SessionSettings } from './exchange-settings.js';

export class MemorySeats {
  /** Until when a session lasts, by claimant, and a claim's seat on its way to one, by name; in store time. */
  readonly #sessions = new Map<string, number>();
  readonly #boarding = new Map<string, number>();
  /** When a claimant's session was ended before its time. */
  readonly #ends = new Map<string, number>();
  /** When an operator ended all of them last; 0: never. */
  endedUs = 0;
  #ttlUs = 0;
  /** Seats that a loss of data made invisible. */
  #lost = 0;
  #lostCount = true;

  /**
   * Lets go whose time is over.
   * @param lostCount - whether the last loss is so short a time ago that what it took is still to be counted
   */
  open({ ttlMs }: SessionSettings, nowUs: number, lostCount: boolean): void {
    this.#lostCount = lostCount;
    this.#ttlUs = ttlMs * 1000;
    dropBefore(this.#sessions, nowUs);
    dropBefore(this.#boarding, nowUs);
    dropBefore(this.#ends, nowUs - this.#ttlUs);
  }

  /** @param known - seats that a gateway saw taken */
  merge(known: number, loss: boolean, stranger: boolean): void {
    const lost = Math.max(0, known - this.#seated);
    if (loss) this.#lost = lost;
    else if (stranger) this.#lost = Math.max(this.#lost, lost);
  }

  get taken(): number {
    return this.#seated + (this.#lostCount ? this.#lost : 0);
  }

  get #seated(): number {
    return this.#sessions.size + this.#boarding.size;
  }

  left(settings: SessionSettings | null): number {
    return settings === null ? Number.POSITIVE_INFINITY : Math.max(0, settings.maxActive - this.taken);
  }

  maySit(claimant: string, settings: SessionSettings | null): boolean {
    return this.left(settings) >= 1 || this.#sessions.has(claimant);
  }

  take(claimant: string, seat: string, untilUs: number): void {
    if (!this.#sessions.has(claimant)) putLast(this.#boarding, seat, untilUs);
  }

  settle({ claimant, seat, begins }: SeatEvent, nowUs: number): void {
    if (seat !== '') this.#boarding.delete(seat);
    if (begins) putLast(this.#sessions, claimant, nowUs + this.#ttlUs);
    else if (seat === '') {
      this.#sessions.delete(claimant);
      putLast(this.#ends, claimant, nowUs);
    }
  }

  /** All sessions that had begun by `endedUs` are over. */
  endAll(endedUs: number): void {
    if (endedUs <= this.endedUs) return;
    this.endedUs = endedUs;
    this.#lost = 0;
    dropBefore(this.#sessions, endedUs + this.#ttlUs + 1);
  }

  endsSince(sinceUs: number): SessionEnd[] {
    const ends: SessionEnd[] = [];
    for (const [claimant, endedUs] of this.#ends) if (endedUs > sinceUs) ends.push({ claimant, endedUs });
    return ends.sort((a, b) => a.endedUs - b.endedUs || (a.claimant < b.claimant ? -1 : 1));
  }

  /** Claims on their way keep their seats: their answers begin sessions yet. */
  clear(): void {
    this.#sessions.clear();
    this.#lost = 0;
  }
}

function putLast(times: Map<string, number>, name: string, us: number): void {
  times.delete(name);
  times.set(name, us);
}

function dropBefore(times: Map<string, number>, us: number): void {
  for (const [name, timeUs] of times) {
    if (timeUs >= us) return;
    times.delete(name);
  }
}
