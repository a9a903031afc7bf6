/**
 * A campaign's line to its store. All that happens in one turn of the event loop travels in one call; a few calls may
 * be on their way at once, and what comes meanwhile gathers. What this gateway knows goes along with every call.
 * A call without an answer counts as charged: its asks fail, and its events travel again.
 */

import type { Clock, Timer } from '../kernel/clock.js';
import { StoreUnavailableError } from '../kernel/errors.js';
import type { Random } from '../kernel/random.js';
import { StoreClock } from '../kernel/store-clock.js';
import type { Health } from '../overload/health.js';
import { newerLottery } from '../waiting-room/lottery.js';
import type { Place } from '../waiting-room/place.js';
import type {
  Ask,
  AskResult,
  CampaignStore,
  ExchangeCall,
  ExchangeReply,
  ExchangeSettings,
  HealthCounts,
  Known,
  KnownClaims,
  PlaceEvent,
  Settlement,
  SoldOutSign,
  StoreView,
} from './exchange.js';
import { NO_CLAIMS, NO_HEALTH, NO_PACE } from './exchange.js';
import type { SlotAccount } from './slot-account.js';

const MOST_ASKS_A_CALL = 100;
const MOST_CALLS = 4;
/** Settlements of one call; the rest goes with the next. */
const MOST_SETTLED_A_CALL = 200;
/** How long a settlement waits for company: in a flood the next ask takes it along, and half of all calls are saved. */
const SETTLE_MS = 1;
/** Asks that may gather; beyond it the gateway is overloaded. */
const MOST_GATHERED = 20_000;
const TICK_MS = 100;
/** Twice within the second in which every gateway is to know what an operator changed. */
const IDLE_TICK_MS = 450;
/** How long a campaign that somebody asked for ticks at full pace. */
const BUSY_US = 3_000_000;

/** What the door makes of a reply. Times are local, monotonic, in microseconds. */
export interface DoorPort {
  /** Permits the door could use beyond those it has and those on their way. */
  permitsWanted(): number;
  /** The call that asked for `asked` permits is answered. */
  permitsArrived(asked: number, departuresUs: readonly number[]): void;
  /** The call that asked for `asked` permits failed. */
  permitsFailed(asked: number): void;
  /** All of a reply is dealt with: what it says tells when asking again makes sense. */
  observe(view: StoreView, decidedAtUs: number): void;
}

export interface AskListener {
  /** @param decidedAtUs - when the store decided, local monotonic time, at the latest */
  answered(result: AskResult, decidedAtUs: number): void;
  failed(fault: StoreUnavailableError | 'overloaded'): void;
}

interface PendingAsk {
  readonly ask: Ask;
  readonly listener: AskListener;
  readonly sinceUs: number;
}

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

/** What a call was, for who counts. */
export interface AnsweredCall {
  readonly asks: number;
  /** Whether buckets of limits were looked at. */
  readonly limited: boolean;
  /** Whether it called the next in line. */
  readonly ticked: boolean;
  readonly seconds: number;
}

const NO_DOOR: DoorPort = {
  permitsWanted: () => 0,
  permitsArrived: () => {},
  permitsFailed: () => {},
  observe: () => {},
};

/** A settlement on its way. `told` is called once: when the store has it, or cannot be told for now. */
interface PendingSettlement {
  readonly event: Settlement;
  told: (() => void) | null;
  readonly sinceUs: number;
}

type Events = { [K in 'entered' | 'gone']: Place[] } & { [K in 'spent' | 'given' | 'retained']: PlaceEvent[] } & {
  settled: PendingSettlement[];
  signs: SoldOutSign[];
  replays: number;
  served: number;
  dropped: number;
};

export class CampaignLink {
  readonly storeClock: StoreClock;
  door: DoorPort = NO_DOOR;
  view: StoreView | null = null;
  /** Local monotonic time of the last reply, in microseconds. */
  seenUs = Number.NEGATIVE_INFINITY;
  #known: Known = {
    epoch: 1,
    generation: '',
    heads: [0, 0],
    tails: [0, 0],
    doorTat: 0,
    doorIntervalNs: 0,
    taken: 0,
    released: 0,
    lottery: null,
    claims: NO_CLAIMS,
    pace: NO_PACE,
  };
  #births = 0;
  #asks: PendingAsk[] = [];
  #events = noEvents();
  /** Until when the service wants to be left alone, local monotonic time in microseconds; told once. */
  #restUntilUs = 0;
  #calls = 0;
  #flushing = false;
  #tickDue = false;
  #busyUntilUs = 0;
  #timer: Timer | null = null;
  #settleTimer: Timer | null = null;
  #settleDue = false;
  #stopped = false;
  #failing = false;
  readonly #listeners = new Set<(view: StoreView) => void>();

  constructor(private readonly options: CampaignLinkOptions) {
    this.storeClock = new StoreClock(options.clock);
  }

  /** Begins to tick. @returns once the store has answered for the first time, or failed to */
  async start(): Promise<void> {
    this.#tickDue = true;
    await this.#send([], 0);
    this.#scheduleTick();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#settleTimer?.cancel();
  }

  onView(listener: (view: StoreView) => void): void {
    this.#listeners.add(listener);
  }

  ask(ask: Ask, listener: AskListener): void {
    if (this.#asks.length >= MOST_GATHERED) {
      listener.failed('overloaded');
      return;
    }
    this.#asks.push({ ask, listener, sinceUs: this.options.clock.monotonicUs() });
    this.flushSoon();
  }

  report(kind: 'entered' | 'gone', place: Place): void {
    this.#events[kind].push(place);
    this.flushSoon();
  }

  reportClaimant(kind: 'spent' | 'given' | 'retained', event: PlaceEvent): void {
    this.#events[kind].push(event);
    this.flushSoon();
  }

  /**
   * Reports the end of an attempt; it travels until the store has it.
   * @param told - called once: when the store has it, or else as soon as it is known not to answer for now
   */
  settle(event: Settlement, told: () => void = () => {}): void {
    this.#events.settled.push({ event, told, sinceUs: this.options.clock.monotonicUs() });
    this.#settleTimer ??= this.options.clock.after(SETTLE_MS, this.#flushSettled);
    if (this.#failing) this.#tell(this.#events.settled, Number.POSITIVE_INFINITY);
  }

  reportSign(sign: SoldOutSign): void {
    this.#events.signs.push(sign);
    this.flushSoon();
  }

  /** An answer was replayed without asking. It travels with the next call. */
  countReplay(): void {
    this.#events.replays++;
  }

  /**
   * What became of a claim at the service. It travels with the next call.
   * @param restMs - how long the service wants to be left alone; 0: it said nothing
   */
  reportHealth(health: Health, restMs: number): void {
    if (health === 'success') this.#events.served++;
    else if (health === 'dropped') this.#events.dropped++;
    if (restMs > 0) this.#restUntilUs = Math.max(this.#restUntilUs, this.options.clock.monotonicUs() + restMs * 1000);
  }

  /** An operator's word: claims may go on after all losses of data noticed so far. */
  confirmLosses(): void {
    this.#knowClaims({ confirmed: Math.max(this.#known.claims.confirmed, this.view?.claims.losses ?? 0) });
  }

  /** An operator's word, in place of the service's. A budget that is granted in full stays so. */
  declareSoldOut(soldOut: boolean): void {
    const { soldOut: count } = this.#known.claims;
    if ((count % 2 === 1) !== soldOut) this.#knowClaims({ soldOut: count + 1 });
  }

  /** How old what is known of the campaign is, in milliseconds; infinite: nothing is known yet. */
  get seenMsAgo(): number {
    return (this.options.clock.monotonicUs() - this.seenUs) / 1000;
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

  /** Somebody looks at this campaign: it ticks at full pace for a while. */
  touch(): void {
    const nowUs = this.options.clock.monotonicUs();
    const idle = nowUs >= this.#busyUntilUs;
    this.#busyUntilUs = nowUs + BUSY_US;
    if (idle && this.#timer !== null && !this.#stopped) {
      this.#timer.cancel();
      this.#scheduleTick();
    }
  }

  readonly #flushAtTurnEnd = (): void => {
    this.#flushing = false;
    this.#flush();
  };

  readonly #flushSettled = (): void => {
    this.#settleTimer = null;
    this.#settleDue = true;
    this.#flush();
  };

  readonly #flush = (): void => {
    if (this.#stopped) return;
    while (this.#calls < MOST_CALLS) {
      const permits = this.door.permitsWanted();
      if (this.#asks.length === 0 && permits === 0 && !this.#tickDue && !this.#mayTell()) return;
      const count = asksOfOneCall(this.#asks);
      const asks = this.#asks.length <= count ? this.#asks : this.#asks.slice(0, count);
      this.#asks = asks === this.#asks ? [] : this.#asks.slice(count);
      void this.#send(asks, permits);
    }
  };

  async #send(asks: PendingAsk[], permits: number): Promise<void> {
    const { clock, slots, store } = this.options;
    const events = this.#takeEvents();
    const sentUs = clock.monotonicUs();
    const number = slots.open(permits + claimsIn(asks) + (this.#tickDue ? 1 : 0));
    this.#calls++;
    if (asks.length > 0) this.touch();
    const call = this.#call(asks, events, permits, slots.allowance(number));
    this.#tickDue = false;
    try {
      const reply = await store.exchange(call);
      this.storeClock.learn(reply.kind === 'late' ? reply.nowUs : reply.view.nowUs, sentUs);
      if (reply.kind === 'late') {
        slots.abandon(number);
        this.#keep(events);
        this.#tell(events.settled, this.options.deadlineMs * 1000);
        this.#askAgain(asks, permits);
      } else {
        slots.close(number, grantedBy(reply), reply.view.taken);
        // What was answered in the store's stead, the store has still to hear.
        if (reply.view.local === true) this.#keep(events);
        this.#received(reply, asks, permits, sentUs);
        this.#tell(events.settled, Number.POSITIVE_INFINITY);
      }
    } catch (fault) {
      slots.abandon(number);
      this.#keep(events);
      this.#tell(events.settled, Number.POSITIVE_INFINITY);
      this.#failed(asks, permits, fault);
    } finally {
      this.#calls--;
      this.flushSoon();
    }
  }

  #call(asks: readonly PendingAsk[], events: Events, permits: number, allowance: number): ExchangeCall {
    const { gateway, slots, settings, deadlineMs, clock } = this.options;
    const oldestUs = asks[0]?.sinceUs ?? clock.monotonicUs();
    // Half of the time is the store's at least: a pause of this process must not make a healthy store look late.
    const waitedUs = Math.min(clock.monotonicUs() - oldestUs, deadlineMs * 500);
    return {
      gateway,
      settings: settings(),
      known: { ...this.#known, taken: slots.taken, released: slots.released },
      generation: this.#freshGeneration(),
      notAfterUs: this.storeClock.known ? Math.ceil(this.storeClock.nowUs() + deadlineMs * 1000 - waitedUs) : 0,
      events: { ...events, settled: events.settled.map((one) => one.event), health: this.#health(events) },
      permits,
      allowance,
      asks: asks.map((one) => one.ask),
      tick: this.#tickDue,
    };
  }

  #health({ served, dropped }: Events): HealthCounts {
    if (served + dropped + this.#restUntilUs === 0) return NO_HEALTH;
    const restUs = Math.max(0, this.#restUntilUs - this.options.clock.monotonicUs());
    if (restUs === 0) this.#restUntilUs = 0;
    return { served, dropped, restUs };
  }

  #received(
    reply: Extract<ExchangeReply, { kind: 'done' }>,
    asks: readonly PendingAsk[],
    permits: number,
    sentUs: number,
  ): void {
    const { view } = reply;
    this.#learn(view);
    const decidedAtUs = Math.max(sentUs, this.storeClock.toLocalUs(view.nowUs));
    this.door.permitsArrived(
      permits,
      reply.permits.map((departInUs) => decidedAtUs + departInUs),
    );
    for (let i = 0; i < asks.length; i++) {
      const { listener, sinceUs } = asks[i]!;
      const result = reply.results[i]!;
      if (result.kind !== 'unavailable') listener.answered(result, decidedAtUs);
      else listener.failed(new StoreUnavailableError('exchange', Math.round((decidedAtUs - sinceUs) / 1000)));
    }
    this.door.observe(view, decidedAtUs);
    for (const listener of this.#listeners) listener(view);
    this.options.observe?.({
      asks: asks.length,
      limited: (asks[0]?.ask.limits.length ?? 0) > 0,
      ticked: view.ticked,
      seconds: (this.options.clock.monotonicUs() - sentUs) / 1e6,
    });
  }

  #learn(view: StoreView): void {
    const { heads, tails } = this.#known;
    const larger = (a: readonly [number, number], b: readonly [number, number]): [number, number] => [
      Math.max(a[0], b[0]),
      Math.max(a[1], b[1]),
    ];
    this.#known = {
      ...this.#known,
      epoch: Math.max(this.#known.epoch, view.epoch),
      generation: view.generation,
      heads: larger(heads, view.heads),
      tails: larger(tails, view.tails),
      doorTat: view.doorTat,
      doorIntervalNs: view.doorIntervalNs,
      lottery: view.epoch === this.#known.epoch ? newerLottery(this.#known.lottery, view.lottery) : view.lottery,
      pace: view.pace.revision >= this.#known.pace.revision ? view.pace : this.#known.pace,
      claims: mergedClaims(this.#known.claims, view.claims),
    };
    this.view = view;
    this.#failing = view.local === true;
    this.seenUs = this.options.clock.monotonicUs();
  }

  /** The store found the call late: it did nothing. Once its clock is known again, the same may be asked anew. */
  #askAgain(asks: readonly PendingAsk[], permits: number): void {
    const nowUs = this.options.clock.monotonicUs();
    const limitUs = this.options.deadlineMs * 1000;
    this.door.permitsFailed(permits);
    for (const one of asks) {
      if (nowUs - one.sinceUs < limitUs / 2) this.#asks.push(one);
      else one.listener.failed(new StoreUnavailableError('exchange', Math.round((nowUs - one.sinceUs) / 1000)));
    }
  }

  #failed(asks: readonly PendingAsk[], permits: number, fault: unknown): void {
    if (!(fault instanceof StoreUnavailableError)) this.options.onFault(fault);
    this.#failing = true;
    this.door.permitsFailed(permits);
    const known = fault instanceof StoreUnavailableError ? fault : new StoreUnavailableError('exchange', 0, fault);
    for (const one of asks) one.listener.failed(known);
  }

  #keep(events: Events): void {
    const later = this.#events;
    this.#settleDue ||= events.settled.length > 0;
    this.#events = {
      entered: [...events.entered, ...later.entered],
      gone: [...events.gone, ...later.gone],
      spent: [...events.spent, ...later.spent],
      given: [...events.given, ...later.given],
      retained: [...events.retained, ...later.retained],
      settled: [...events.settled, ...later.settled],
      signs: [...events.signs, ...later.signs],
      replays: events.replays + later.replays,
      served: events.served + later.served,
      dropped: events.dropped + later.dropped,
    };
  }

  /** What has happened since the last call, as far as one call takes it. */
  #takeEvents(): Events {
    const events = this.#events;
    this.#events = noEvents();
    this.#settleDue = events.settled.length > MOST_SETTLED_A_CALL;
    if (this.#settleDue) this.#events.settled = events.settled.splice(MOST_SETTLED_A_CALL);
    return events;
  }

  /** Those who have waited for `atLeastUs` or longer wait no more; infinite: all. */
  #tell(settled: readonly PendingSettlement[], atLeastUs: number): void {
    const beforeUs = atLeastUs === Number.POSITIVE_INFINITY ? atLeastUs : this.options.clock.monotonicUs() - atLeastUs;
    for (const one of settled) {
      if (one.told === null || one.sinceUs > beforeUs) continue;
      const { told } = one;
      one.told = null;
      told();
    }
  }

  #knowClaims(changes: Partial<Known['claims']>): void {
    this.#known = { ...this.#known, claims: { ...this.#known.claims, ...changes } };
    this.#tickDue = true;
    this.flushSoon();
  }

  /** A name for the store's data should it have none; never one that it had before it lost its data. */
  #freshGeneration(): string {
    const name = `${this.options.generation}.${this.#births}`;
    if (name !== this.#known.generation) return name;
    this.#births++;
    return `${this.options.generation}.${this.#births}`;
  }

  #scheduleTick(): void {
    const { clock, random } = this.options;
    const busy = clock.monotonicUs() < this.#busyUntilUs || this.#lineMoves();
    const delayMs = (busy ? TICK_MS : IDLE_TICK_MS) * (0.95 + 0.1 * random());
    this.#timer = clock.after(delayMs, () => {
      if (this.#stopped) return;
      this.#tickDue = true;
      this.flushSoon();
      this.#scheduleTick();
    });
  }

  /** Events alone wait for company while the store does not answer. */
  #mayTell(): boolean {
    const settles = this.#settleDue && this.#events.settled.length > 0;
    return (settles || hasEvents(this.#events)) && !this.#failing;
  }

  #lineMoves(): boolean {
    const { view } = this;
    return view !== null && (view.atDoor > 0 || view.tails[0] > view.heads[0] || view.tails[1] > view.heads[1]);
  }
}

/** A call takes asks by one set of limits only: after a reload, some may still go by the one before. */
function asksOfOneCall(asks: readonly PendingAsk[]): number {
  const most = Math.min(asks.length, MOST_ASKS_A_CALL);
  let limits: Ask['limits'] | null = null;
  for (let count = 0; count < most; count++) {
    const own = asks[count]!.ask.limits;
    if (own.length === 0) continue;
    if (limits !== null && own !== limits) return count;
    limits = own;
  }
  return most;
}

/** What was known and what the store says; of a ledger that began anew, what the store says. */
function mergedClaims(known: KnownClaims, said: KnownClaims): KnownClaims {
  const confirmed = Math.max(said.confirmed, known.confirmed);
  const losses = Math.max(said.losses, known.losses);
  if (said.era !== known.era) return said.era > known.era ? { ...said, confirmed, losses } : known;
  return {
    ...said,
    confirmed,
    losses,
    soldOut: Math.max(said.soldOut, known.soldOut),
    granted: Math.max(said.granted, known.granted),
    attempts: Math.max(said.attempts, known.attempts),
  };
}

function grantedBy(reply: Extract<ExchangeReply, { kind: 'done' }>): number {
  let granted = reply.permits.length;
  for (const result of reply.results) if (result.kind === 'enter') granted++;
  return granted;
}

/** Asks that may be given a permit. */
function claimsIn(asks: readonly PendingAsk[]): number {
  let claims = 0;
  for (const { ask } of asks) if (ask.kind === 'claim' || ask.kind === 'spare') claims++;
  return claims;
}

function noEvents(): Events {
  return {
    entered: [],
    gone: [],
    spent: [],
    given: [],
    retained: [],
    settled: [],
    signs: [],
    replays: 0,
    served: 0,
    dropped: 0,
  };
}

function hasEvents(events: Events): boolean {
  return (
    events.entered.length + events.gone.length + events.spent.length + events.given.length + events.retained.length >
      0 || events.signs.length > 0
  );
}
