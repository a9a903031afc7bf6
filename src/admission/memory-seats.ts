/**
 * Sessions in the embedded store: whoever went in may come again for a while, and only so many at once. `seats.lua` is
 * the same on Redis, and says what holds.
 */
import type { SeatEvent, SessionEnd, SessionSettings } from './exchange.js';

export class MemorySeats {
  /** Until when a seat is taken, in store time; by claimant with a session, or by name of a claim on its way to one. */
  readonly #untilUs = new Map<string, number>();
  readonly #ends = new Map<string, number>();
  /** Seats that a loss of data made invisible. */
  #lost = 0;
  #lostCount = true;

  /**
   * Lets go whose time is over.
   * @param lostCount - whether the last loss is so short a time ago that what it took is still to be counted
   */
  open({ ttlMs }: SessionSettings, nowUs: number, lostCount: boolean): void {
    this.#lostCount = lostCount;
    for (const [name, untilUs] of this.#untilUs) if (untilUs < nowUs) this.#untilUs.delete(name);
    for (const [claimant, atUs] of this.#ends) {
      if (atUs < nowUs - ttlMs * 1000) this.#ends.delete(claimant);
    }
  }

  /** @param known - seats that a gateway saw taken */
  merge(known: number, loss: boolean, stranger: boolean): void {
    const lost = Math.max(0, known - this.#untilUs.size);
    if (loss) this.#lost = lost;
    else if (stranger) this.#lost = Math.max(this.#lost, lost);
  }

  get taken(): number {
    return this.#untilUs.size + (this.#lostCount ? this.#lost : 0);
  }

  left(settings: SessionSettings | null): number {
    return settings === null ? Number.POSITIVE_INFINITY : Math.max(0, settings.maxActive - this.taken);
  }

  maySit(claimant: string, settings: SessionSettings | null): boolean {
    return this.left(settings) >= 1 || this.#untilUs.has(claimant);
  }

  take(claimant: string, seat: string, untilUs: number): void {
    if (!this.#untilUs.has(claimant)) this.#untilUs.set(seat, untilUs);
  }

  settle({ claimant, seat, keepMs }: SeatEvent, nowUs: number): void {
    if (seat !== '') this.#untilUs.delete(seat);
    if (keepMs > 0) this.#untilUs.set(claimant, nowUs + keepMs * 1000);
    else if (seat === '') {
      this.#untilUs.delete(claimant);
      this.#ends.set(claimant, nowUs);
    }
  }

  endsSince(sinceUs: number): SessionEnd[] {
    const ends: SessionEnd[] = [];
    for (const [claimant, endedUs] of this.#ends) if (endedUs > sinceUs) ends.push({ claimant, endedUs });
    return ends.sort((a, b) => a.endedUs - b.endedUs || (a.claimant < b.claimant ? -1 : 1));
  }

  clear(): void {
    this.#untilUs.clear();
    this.#lost = 0;
  }
}
