/**
 * The door, in the embedded store: token and slot are taken together, or neither is. One object for all calls, one after
 * the other: what belongs to a single call is set when it begins.
 */
import { atInterval, type BucketRate, charged, waitNs } from '../buckets/gcra.js';
import type { MemoryBook } from '../claims/memory-book.js';
import { paced } from '../overload/effective-rate.js';
import type { PaceState } from '../overload/pace-law.js';
import type { ExchangeCall } from './exchange.js';
import type { MemorySlots } from './memory-slots.js';

/** After a loss of data the door stays shut for this long: slots are counted again when every gateway has told of its own. */
const SETTLING_US = 250_000;

export class MemoryDoor {
  /** At the pace that the service bears. */
  rate: BucketRate = { intervalNs: 0, toleranceNs: 0 };
  /** Of this call; a loss of data that nobody has confirmed shuts it. */
  isOpen = false;
  #tat = 0;
  #nowUs = 0;
  #nowNs = 0;
  #gateway = '';
  #horizonUs = 0;
  #notesStarving = false;
  #slotsLeft = 0;
  /** Permits that this call may still take. */
  #allowance = 0;

  constructor(
    private readonly slots: MemorySlots,
    private readonly book: MemoryBook,
    private readonly pace: PaceState,
  ) {}

  /** The bucket's arrival time. */
  get tat(): number {
    return this.#tat;
  }

  /**
   * A call begins.
   * @param settingsRevision - what operators have set last: who follows an older one gets no permits
   */
  begin({ settings, known, gateway, allowance }: ExchangeCall, settingsRevision: number, nowUs: number): void {
    const { rateMilli, restUntilUs } = this.pace;
    this.#nowUs = nowUs;
    this.#nowNs = nowUs * 1000;
    this.#gateway = gateway;
    this.#allowance = allowance;
    this.#horizonUs = settings.horizonUs;
    this.#notesStarving = settings.pace.enabled;
    this.isOpen = settings.open && settings.revision >= settingsRevision && nowUs >= restUntilUs;
    this.#merge(known, paced(settings.door, rateMilli));
    this.slots.report(gateway, known.taken, known.released, nowUs, settings.slotLeaseMs);
    this.#slotsLeft = settings.slots === 0 ? Number.POSITIVE_INFINITY : settings.slots - this.slots.inUse(nowUs);
  }

  /** What the bucket holds now; below 0: it is overdrawn. */
  tokens(): number {
    const { intervalNs, toleranceNs } = this.rate;
    return (this.#nowNs + toleranceNs - Math.max(this.#tat, this.#nowNs)) / intervalNs;
  }

  /** Whether no slot is left, for anybody or for this call. */
  isStarved(): boolean {
    return this.#slotsLeft <= 0 || this.#allowance <= 0;
  }

  /** @returns times to departure of those there are, in microseconds */
  takePermits(wanted: number): number[] {
    const permits: number[] = [];
    while (permits.length < wanted) {
      const departInUs = this.takePermit();
      if (departInUs === null) break;
      permits.push(departInUs);
    }
    return permits;
  }

  /**
   * @param reserveNs - what of the burst is left alone
   * @returns time to departure, in microseconds; null: there is none
   */
  takePermit(reserveNs = 0): number | null {
    if (!this.isOpen || this.book.lostWithin(SETTLING_US, this.#nowUs)) return null;
    const wait = Math.max(0, waitNs(this.#tat, this.#nowNs, this.rate) + reserveNs);
    if (wait > this.#horizonUs * 1000) return null;
    if (this.isStarved()) {
      if (this.#notesStarving) this.pace.starved = true;
      return null;
    }
    this.#tat = charged(this.#tat, this.#nowNs, this.rate);
    this.#slotsLeft--;
    this.#allowance--;
    this.slots.take(this.#gateway);
    return Math.ceil(wait / 1000);
  }

  /** With what the caller knows; an unknown door is an empty one. */
  #merge({ doorTat, doorIntervalNs }: ExchangeCall['known'], rate: BucketRate): void {
    const { intervalNs, toleranceNs } = rate;
    const nowNs = this.#nowNs;
    const kept = this.#tat === 0 ? nowNs + toleranceNs : atInterval(this.#tat, this.rate.intervalNs, intervalNs, nowNs);
    this.#tat = Math.max(kept, atInterval(doorTat, doorIntervalNs, intervalNs, nowNs));
    this.rate = rate;
  }
}
