/**
 * The embedded store: one campaign's shared state inside this process. The same steps in the same order as
 * `exchange.lua`, on the gateway's own monotonic clock.
 */
import { atInterval, type BucketRate } from '../buckets/gcra.js';
import { MemoryBuckets } from '../buckets/memory-buckets.js';
import { MemoryBook } from '../claims/memory-book.js';
import type { Clock } from '../kernel/clock.js';
import { noPace, type PaceState } from '../overload/pace-law.js';
import { MemoryLine } from '../waiting-room/memory-line.js';
import type { CampaignStore, ExchangeCall, ExchangeReply } from './exchange.js';
import { STORE_TIME_ORIGIN_MS } from './exchange.js';
import { MemoryExchange, type MemoryState } from './memory-exchange.js';
import { MemorySeats } from './memory-seats.js';
import type { MemorySlots } from './memory-slots.js';

export class MemoryCampaignStore implements CampaignStore, MemoryState {
  readonly #line = new MemoryLine();
  readonly #buckets = new MemoryBuckets();
  readonly #book = new MemoryBook();
  readonly pace: PaceState = noPace();
  readonly seats = new MemorySeats();
  /** Of the operators' settings; `MemorySettingsStore` keeps them. */
  settingsRevision = 0;
  #doorTat = 0;
  #doorIntervalNs = 0;

  /** @param storeTimeUs - now, in store time; by default the process's own monotonic time, set by its clock once */
  constructor(
    private readonly slots: MemorySlots,
    clock: Clock,
    readonly storeTimeUs = ownTime(clock),
  ) {}

  exchange(call: ExchangeCall): Promise<ExchangeReply> {
    const nowUs = this.storeTimeUs();
    if (call.notAfterUs !== 0 && nowUs > call.notAfterUs) return Promise.resolve({ kind: 'late', nowUs });
    return Promise.resolve(new MemoryExchange(this, call, nowUs).run());
  }

  /** An operator's reset: nobody waits any more, and no session goes on. */
  beginEpoch(): void {
    this.#line.beginEpoch(this.#line.epoch + 1);
    this.seats.clear();
  }

  get line(): MemoryLine {
    return this.#line;
  }

  get buckets(): MemoryBuckets {
    return this.#buckets;
  }

  get book(): MemoryBook {
    return this.#book;
  }

  /** So many are called ahead of their time. */
  callAhead(count: number): void {
    this.#line.caller.callAhead(count, this.storeTimeUs());
  }

  get slotTable(): MemorySlots {
    return this.slots;
  }

  /** The door's arrival time, merged with what the caller knows; an unknown door is an empty one. */
  openDoor(call: ExchangeCall, { intervalNs, toleranceNs }: BucketRate, nowNs: number): number {
    if (this.#doorTat === 0) this.#doorTat = nowNs + toleranceNs;
    else this.#doorTat = atInterval(this.#doorTat, this.#doorIntervalNs, intervalNs, nowNs);
    this.#doorIntervalNs = intervalNs;
    return Math.max(this.#doorTat, atInterval(call.known.doorTat, call.known.doorIntervalNs, intervalNs, nowNs));
  }

  closeDoor(tat: number): void {
    this.#doorTat = tat;
  }
}

function ownTime(clock: Clock): () => number {
  const originUs = (clock.wallMs() - STORE_TIME_ORIGIN_MS) * 1000 - clock.monotonicUs();
  return () => clock.monotonicUs() + originUs;
}
