/**
 * A campaign's line to its store. All that happens in one turn of the event loop travels in one call; a few calls may
 * be on their way at once, and what comes meanwhile gathers. What this gateway knows goes along with every call.
 * A call without an answer counts as charged: its asks fail, and its events travel again.
 */

import type { Clock } from '../kernel/clock.js';
import { StoreUnavailableError } from '../kernel/errors.js';
import type { Random } from '../kernel/random.js';
import { StoreClock } from '../kernel/store-clock.js';
import type { Health } from '../overload/health.js';
import type { Place } from '../waiting-room/place.js';
import { type AnsweredCall, answeredCall } from './answered-call.js';
import type { Ask } from './ask.js';
import { type DoorPort, NO_DOOR } from './door-port.js';
import type {
  CampaignStore,
  DoneReply,
  ExchangeCall,
  PlaceEvent,
  SeatEvent,
  Settlement,
  SoldOutSign,
  StoreView,
} from './exchange.js';
import type { ExchangeSettings } from './exchange-settings.js';
import { Knowledge } from './knowledge.js';
import { Outbox, type Parcel, tell } from './outbox.js';
import { type AskListener, answerAsks, claimsIn, failAsks, type PendingAsk, PendingAsks } from './pending-asks.js';
import type { SlotAccount } from './slot-account.js';
import { Ticker } from './ticker.js';

const MOST_CALLS = 4;

export interface CampaignLinkOptions {
  readonly store: CampaignStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly gateway: string;
  readonly slots: SlotAccount;
  readonly settings: () => ExchangeSettings;
  readonly deadlineMs: number;
  readonly generation: string;
  readonly onFault: (fault: unknown) => void;
  /** Told of every call that was answered. Left out: nobody is. */
  readonly observe?: (call: AnsweredCall) => void;
}

export class CampaignLink {
  readonly storeClock: StoreClock;
  door: DoorPort = NO_DOOR;
  view: StoreView | null = null;
  /** Local monotonic time of the last reply, in microseconds. */
  seenUs = Number.NEGATIVE_INFINITY;
  readonly #asks: PendingAsks;
  readonly #known: Knowledge;
  readonly #outbox: Outbox;
  readonly #ticker: Ticker;
  /** Somebody looks at this campaign: it ticks at full pace for a while. */
  readonly touch: Ticker['touch'];
  #calls = 0;
  #flushing = false;
  #tickDue = false;
  #stopped = false;
  readonly #listeners = new Set<(view: StoreView) => void>();

  constructor(private readonly options: CampaignLinkOptions) {
    this.storeClock = new StoreClock(options.clock);
    this.#asks = new PendingAsks(options.clock);
    this.#known = new Knowledge(options.generation);
    this.#outbox = new Outbox(options.clock, this.#flush);
    this.#ticker = new Ticker({
      clock: options.clock,
      random: options.random,
      view: () => this.view,
      tick: () => this.tickSoon(),
    });
    this.touch = this.#ticker.touch;
  }

  /** Begins to tick. @returns once the store has answered for the first time, or failed to */
  async start(): Promise<void> {
    this.#tickDue = true;
    await this.#send([], 0);
    this.#ticker.start();
  }

  stop(): void {
    this.#stopped = true;
    this.#ticker.stop();
    this.#outbox.stop();
  }

  onView(listener: (view: StoreView) => void): void {
    this.#listeners.add(listener);
  }

  ask(ask: Ask, listener: AskListener): void {
    if (this.#asks.add(ask, listener)) this.flushSoon();
    else listener.failed('overloaded');
  }

  report(kind: 'entered' | 'gone', place: Place): void {
    this.#outbox.place(kind, place);
    this.flushSoon();
  }

  reportClaimant(kind: 'spent' | 'given' | 'retained', event: PlaceEvent): void {
    this.#outbox.claimant(kind, event);
    this.flushSoon();
  }

  /**
   * Reports the end of an attempt; it travels until the store has it.
   * @param told - called once: when the store has it, or else as soon as it is known not to answer for now
   */
  settle(event: Settlement, told: () => void = () => {}): void {
    this.#outbox.settle(event, told);
  }

  /** What became of a claimant's seat; it travels until the store has it. */
  reportSeat(event: SeatEvent): void {
    this.#outbox.seat(event);
    this.flushSoon();
  }

  reportSign(sign: SoldOutSign): void {
    this.#outbox.sign(sign);
    this.flushSoon();
  }

  /** An answer was replayed without asking. It travels with the next call. */
  countReplay(): void {
    this.#outbox.replay();
  }

  /**
   * What became of a claim at the service. It travels with the next call.
   * @param restMs - how long the service wants to be left alone; 0: it said nothing
   */
  reportHealth(health: Health, restMs: number): void {
    this.#outbox.health(health, restMs);
  }

  /** An operator's word: claims may go on after all losses of data noticed so far. */
  confirmLosses(): void {
    this.#known.confirm(this.view?.claims.losses ?? 0);
    this.tickSoon();
  }

  /** An operator's word: all sessions so far are over. */
  endSessions(): void {
    this.#known.endSessions(Math.ceil(this.storeClock.nowUs()));
    this.tickSoon();
  }

  /** An operator's word, in place of the service's. A budget that is granted in full stays so. */
  declareSoldOut(soldOut: boolean): void {
    if (this.#known.declareSoldOut(soldOut)) this.tickSoon();
  }

  /** How old what is known of the campaign is, in milliseconds; infinite: nothing is known yet. */
  get seenMsAgo(): number {
    return (this.options.clock.monotonicUs() - this.seenUs) / 1000;
  }

  /** How long the oldest ask has waited for a call to take it, in milliseconds. */
  get waitingMs(): number {
    return this.#asks.oldestMs;
  }

  /** Ticks at the end of this turn: something has changed that the line should know of. */
  tickSoon(): void {
    this.#tickDue = true;
    this.flushSoon();
  }

  /** Sends what has gathered at the end of this turn. */
  flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.options.clock.afterTurn(this.#flushAtTurnEnd);
  }

  /** Sends what has gathered, without waiting for the turn to end: a slot stands empty meanwhile. */
  flushNow(): void {
    this.#flush();
  }

  readonly #flushAtTurnEnd = (): void => {
    this.#flushing = false;
    this.#flush();
  };

  readonly #flush = (): void => {
    if (this.#stopped) return;
    while (this.#calls < MOST_CALLS) {
      const permits = this.door.permitsWanted();
      if (this.#asks.count === 0 && permits === 0 && !this.#tickDue && !this.#outbox.isDue) return;
      const asks = this.#asks.take();
      void this.#send(asks, permits);
    }
  };

  async #send(asks: PendingAsk[], permits: number): Promise<void> {
    const { clock, slots, store, deadlineMs } = this.options;
    const parcel = this.#outbox.take();
    const sentUs = clock.monotonicUs();
    const number = slots.open(permits + claimsIn(asks) + (this.#tickDue ? 1 : 0));
    this.#calls++;
    if (asks.length > 0) this.touch();
    const call = this.#call(asks, parcel, permits, slots.allowance(number));
    this.#tickDue = false;
    try {
      const reply = await store.exchange(call);
      this.storeClock.learn(reply.kind === 'late' ? reply.nowUs : reply.view.nowUs, sentUs);
      if (reply.kind === 'late') {
        slots.abandon(number);
        this.#outbox.takeBack(parcel);
        tell(parcel, clock.monotonicUs() - deadlineMs * 1000);
        this.door.permitsFailed(permits);
        // The store did nothing, and its clock is known again: the same may be asked anew.
        this.#asks.askAgain(asks, deadlineMs * 500);
      } else {
        slots.close(number, grantedBy(reply), reply.view.taken);
        // What was answered in the store's stead, the store has still to hear.
        if (reply.view.local === true) this.#outbox.takeBack(parcel);
        this.#received(reply, asks, permits, sentUs);
        tell(parcel, Number.POSITIVE_INFINITY);
      }
    } catch (fault) {
      slots.abandon(number);
      this.#outbox.takeBack(parcel);
      tell(parcel, Number.POSITIVE_INFINITY);
      this.#failed(asks, permits, fault);
    } finally {
      this.#calls--;
      this.flushSoon();
    }
  }

  #call(asks: readonly PendingAsk[], parcel: Parcel, permits: number, allowance: number): ExchangeCall {
    const { gateway, slots, settings, deadlineMs, clock } = this.options;
    const oldestUs = asks[0]?.sinceUs ?? clock.monotonicUs();
    // Half of the time is the store's at least: a pause of this process must not make a healthy store look late.
    const waitedUs = Math.min(clock.monotonicUs() - oldestUs, deadlineMs * 500);
    return {
      gateway,
      settings: settings(),
      known: this.#known.withSlots(slots.taken, slots.released),
      generation: this.#known.freshGeneration(),
      notAfterUs: this.storeClock.known ? Math.ceil(this.storeClock.nowUs() + deadlineMs * 1000 - waitedUs) : 0,
      events: this.#outbox.eventsOf(parcel),
      permits,
      allowance,
      asks: asks.map((one) => one.ask),
      tick: this.#tickDue,
    };
  }

  #received(reply: DoneReply, asks: readonly PendingAsk[], permits: number, sentUs: number): void {
    const { view } = reply;
    this.#learn(view);
    const decidedAtUs = Math.max(sentUs, this.storeClock.toLocalUs(view.nowUs));
    this.door.permitsArrived(
      permits,
      reply.permits.map((departInUs) => decidedAtUs + departInUs),
    );
    answerAsks(asks, reply.results, decidedAtUs);
    this.door.observe(view, decidedAtUs);
    for (const listener of this.#listeners) listener(view);
    this.options.observe?.(answeredCall(asks, view, (this.options.clock.monotonicUs() - sentUs) / 1e6));
  }

  #learn(view: StoreView): void {
    this.#known.learn(view);
    this.view = view;
    this.#outbox.storeFails = view.local === true;
    this.seenUs = this.options.clock.monotonicUs();
  }

  #failed(asks: readonly PendingAsk[], permits: number, fault: unknown): void {
    if (!(fault instanceof StoreUnavailableError)) this.options.onFault(fault);
    this.#outbox.storeFails = true;
    this.door.permitsFailed(permits);
    failAsks(asks, fault instanceof StoreUnavailableError ? fault : new StoreUnavailableError('exchange', 0, fault));
  }
}

function grantedBy(reply: DoneReply): number {
  let granted = reply.permits.length;
  for (const result of reply.results) if (result.kind === 'enter') granted++;
  return granted;
}
