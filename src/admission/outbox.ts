/**
 * What happened at this gateway since the last call, until the store has it. What a call without an answer took along
 * comes back, and travels again.
 */
import type { Clock, Timer } from '../kernel/clock.js';
import type { Health } from '../overload/health.js';
import type { Place } from '../waiting-room/place.js';
import type { ExchangeEvents, HealthCounts, PlaceEvent, SeatEvent, Settlement, SoldOutSign } from './exchange.js';
import { NO_HEALTH } from './exchange.js';

/** How long a settlement waits for company: in a flood the next ask takes it along, and half of all calls are saved. */
const SETTLE_MS = 1;
/** Settlements of one call; the rest goes with the next. */
const MOST_SETTLED_A_CALL = 200;

/** A settlement on its way. `told` is called once: when the store has it, or cannot be told for now. */
interface PendingSettlement {
  readonly event: Settlement;
  told: (() => void) | null;
  readonly sinceUs: number;
}

/** What one call takes along. */
export interface Parcel {
  readonly entered: Place[];
  readonly gone: Place[];
  readonly spent: PlaceEvent[];
  readonly given: PlaceEvent[];
  readonly retained: PlaceEvent[];
  settled: PendingSettlement[];
  readonly signs: SoldOutSign[];
  readonly seats: SeatEvent[];
  replays: number;
  served: number;
  dropped: number;
}

export class Outbox {
  #open = emptyParcel();
  /** Events alone wait for company while the store does not answer, and nobody waits for settlements to arrive. */
  storeFails = false;
  /** Settlements have waited for company long enough. */
  #settlesNow = false;
  #settleTimer: Timer | null = null;
  /** Until when the service wants to be left alone, local monotonic time in microseconds; told once. */
  #restUntilUs = 0;

  /** @param flush - asks for a call, since settlements have waited for company long enough */
  constructor(
    private readonly clock: Clock,
    private readonly flush: () => void,
  ) {}

  stop(): void {
    this.#settleTimer?.cancel();
  }

  place(kind: 'entered' | 'gone', place: Place): void {
    this.#open[kind].push(place);
  }

  claimant(kind: 'spent' | 'given' | 'retained', event: PlaceEvent): void {
    this.#open[kind].push(event);
  }

  sign(sign: SoldOutSign): void {
    this.#open.signs.push(sign);
  }

  seat(event: SeatEvent): void {
    this.#open.seats.push(event);
  }

  replay(): void {
    this.#open.replays++;
  }

  /** @param restMs - how long the service wants to be left alone; 0: it said nothing */
  health(health: Health, restMs: number): void {
    if (health === 'success') this.#open.served++;
    else if (health === 'dropped') this.#open.dropped++;
    if (restMs > 0) this.#restUntilUs = Math.max(this.#restUntilUs, this.clock.monotonicUs() + restMs * 1000);
  }

  settle(event: Settlement, told: () => void): void {
    this.#open.settled.push({ event, told, sinceUs: this.clock.monotonicUs() });
    this.#settleTimer ??= this.clock.after(SETTLE_MS, this.#settleNow);
    if (this.storeFails) tell(this.#open, Number.POSITIVE_INFINITY);
  }

  /** Whether a call should be made for it. */
  get isDue(): boolean {
    if (this.storeFails) return false;
    const { entered, gone, spent, given, retained, settled, signs, seats } = this.#open;
    if (this.#settlesNow && settled.length > 0) return true;
    return (
      entered.length + gone.length + spent.length + given.length + retained.length + signs.length + seats.length > 0
    );
  }

  /** What has happened since the last call, as far as one call takes it. */
  take(): Parcel {
    const parcel = this.#open;
    this.#open = emptyParcel();
    this.#settlesNow = parcel.settled.length > MOST_SETTLED_A_CALL;
    if (this.#settlesNow) this.#open.settled = parcel.settled.splice(MOST_SETTLED_A_CALL);
    return parcel;
  }

  /** Takes back what did not arrive, ahead of what happened meanwhile. */
  takeBack(parcel: Parcel): void {
    const later = this.#open;
    this.#settlesNow ||= parcel.settled.length > 0;
    this.#open = {
      entered: [...parcel.entered, ...later.entered],
      gone: [...parcel.gone, ...later.gone],
      spent: [...parcel.spent, ...later.spent],
      given: [...parcel.given, ...later.given],
      retained: [...parcel.retained, ...later.retained],
      settled: [...parcel.settled, ...later.settled],
      signs: [...parcel.signs, ...later.signs],
      seats: [...parcel.seats, ...later.seats],
      replays: parcel.replays + later.replays,
      served: parcel.served + later.served,
      dropped: parcel.dropped + later.dropped,
    };
  }

  /** A parcel as the store is told of it. */
  eventsOf(parcel: Parcel): ExchangeEvents {
    const { entered, gone, spent, given, retained, signs, seats, replays } = parcel;
    const settled = parcel.settled.map((one) => one.event);
    return { entered, gone, spent, given, retained, settled, signs, seats, replays, health: this.#healthOf(parcel) };
  }

  readonly #settleNow = (): void => {
    this.#settleTimer = null;
    this.#settlesNow = true;
    this.flush();
  };

  #healthOf({ served, dropped }: Parcel): HealthCounts {
    if (served + dropped + this.#restUntilUs === 0) return NO_HEALTH;
    const restUs = Math.max(0, this.#restUntilUs - this.clock.monotonicUs());
    if (restUs === 0) this.#restUntilUs = 0;
    return { served, dropped, restUs };
  }
}

/** Tells those of a parcel who began to wait before `beforeUs`; infinite: all. */
export function tell({ settled }: Parcel, beforeUs: number): void {
  for (const one of settled) {
    if (one.told === null || one.sinceUs > beforeUs) continue;
    const { told } = one;
    one.told = null;
    told();
  }
}

function emptyParcel(): Parcel {
  return {
    entered: [],
    gone: [],
    spent: [],
    given: [],
    retained: [],
    settled: [],
    signs: [],
    seats: [],
    replays: 0,
    served: 0,
    dropped: 0,
  };
}
