/**
 * The embedded store: one campaign's shared state inside this process. The same steps in the same order as
 * `exchange.lua`, on the gateway's own monotonic clock.
 */
import { MemoryBuckets } from '../buckets/memory-buckets.js';
import { MemoryBook } from '../claims/memory-book.js';
import type { Clock } from '../kernel/clock.js';
import { noPace, type PaceState } from '../overload/pace-law.js';
import { MemoryLine } from '../waiting-room/memory-line.js';
import type { CampaignStore, ExchangeCall, ExchangeReply } from './exchange.js';
import { STORE_TIME_ORIGIN_MS } from './exchange.js';
import { MemoryDoor } from './memory-door.js';
import { MemoryExchange } from './memory-exchange.js';
import { MemorySeats } from './memory-seats.js';
import type { MemorySlots } from './memory-slots.js';
import type { MemoryState } from './memory-state.js';

export class MemoryCampaignStore implements CampaignStore, MemoryState {
  readonly #line = new MemoryLine();
  readonly #buckets = new MemoryBuckets();
  readonly #book = new MemoryBook();
  readonly pace: PaceState = noPace();
  readonly seats = new MemorySeats();
  /** Of the operators' settings; `MemorySettingsStore` keeps them. */
  settingsRevision = 0;
  readonly door: MemoryDoor;

  /** @param storeTimeUs - now, in store time; by default the process's own monotonic time, set by its clock once */
  constructor(
    private readonly slots: MemorySlots,
    clock: Clock,
    readonly storeTimeUs = ownTime(clock),
  ) {
    this.door = new MemoryDoor(slots, this.#book, this.pace);
  }

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
}

function ownTime(clock: Clock): () => number {
  const originUs = (clock.wallMs() - STORE_TIME_ORIGIN_MS) * 1000 - clock.monotonicUs();
  return () => clock.monotonicUs() + originUs;
}
