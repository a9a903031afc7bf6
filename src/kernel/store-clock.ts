/**
 * The store's clock as seen from here. A reply shows the store's time somewhere between sending and receiving; the
 * largest difference to the time of receiving is the closest bound from below, so an instant of the store is never
 * placed too early here: a departure is late by the network at most, and never early.
 */
import type { Clock } from './clock.js';

/** A bound is forgotten after one to two of these, so that drifting clocks are followed. */
const WINDOW_US = 5_000_000;
/**
 * Replies that are all so much later than the bound, and for so long, show that the way has become longer. What is
 * decided by the old bound would come too late to be of use, and nothing would happen until it is forgotten.
 */
const LATE_US = 10_000;
const LONGER_US = 1_000_000;
const ENOUGH_REPLIES = 5;

export class StoreClock {
  #offsetUs = Number.NEGATIVE_INFINITY;
  #olderUs = Number.NEGATIVE_INFINITY;
  #windowEndsUs = 0;
  /** The best of the replies in a row that came late, since when, and how many. */
  #lateUs = Number.NEGATIVE_INFINITY;
  #lateSinceUs = 0;
  #lateReplies = 0;

  constructor(private readonly clock: Clock) {}

  get known(): boolean {
    return this.#bound() !== Number.NEGATIVE_INFINITY;
  }

  /** Learns from a reply that was sent for at `sentUs` and arrives now. */
  learn(storeUs: number, sentUs: number): void {
    const nowUs = this.clock.monotonicUs();
    if (storeUs - sentUs < this.#bound()) this.#olderUs = this.#offsetUs = Number.NEGATIVE_INFINITY;
    if (nowUs > this.#windowEndsUs) {
      this.#olderUs = this.#offsetUs;
      this.#offsetUs = Number.NEGATIVE_INFINITY;
      this.#windowEndsUs = nowUs + WINDOW_US;
    }
    this.#offsetUs = Math.max(this.#offsetUs, storeUs - nowUs);
    this.#noticeLongerWay(storeUs - nowUs, nowUs);
  }

  #noticeLongerWay(offsetUs: number, nowUs: number): void {
    if (offsetUs >= this.#bound() - LATE_US) {
      this.#lateReplies = 0;
      return;
    }
    if (this.#lateReplies++ === 0) [this.#lateUs, this.#lateSinceUs] = [offsetUs, nowUs];
    this.#lateUs = Math.max(this.#lateUs, offsetUs);
    if (this.#lateReplies < ENOUGH_REPLIES || nowUs - this.#lateSinceUs < LONGER_US) return;
    this.#offsetUs = this.#lateUs;
    this.#olderUs = Number.NEGATIVE_INFINITY;
    this.#lateReplies = 0;
  }

  /** The store's time now, at least. @param localUs - the local time, where it is known already */
  nowUs(localUs = this.clock.monotonicUs()): number {
    return localUs + this.#bound();
  }

  /** When `storeUs` is, or was, on the local monotonic clock, at the latest. */
  toLocalUs(storeUs: number): number {
    return storeUs - this.#bound();
  }

  #bound(): number {
    return Math.max(this.#offsetUs, this.#olderUs);
  }
}
