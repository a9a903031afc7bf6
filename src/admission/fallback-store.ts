/**
 * What decides while the store is away, by policy.
 *
 * `local`: while the store does not answer, each gateway goes on with its share of rate and slots, in
 * process. What always holds:
 *
 * - A share is 1/N, where N gateways were alive when the store was last seen; its bucket starts empty. Together they
 *   let through no more than the whole, and in a partition at most rate × (1 + k/N) for the k gateways cut off.
 * - No number is issued, nobody is called, and nothing of the line is decided here: only numbers already called enter,
 *   and people without a place only where nobody waits.
 * - A gateway that has never seen the store admits nothing.
 * - On return the store is told how far the door's bucket was used, so that nothing is minted.
 *
 * `open`: while the store does not answer, every claim enters, whoever waits: the bound on rate and slots is suspended,
 * and so is the order. Limits of claimants and addresses hold within each gateway. This is the one policy under which a
 * gateway admits that has never seen the store. On return the door's bucket is empty.
 */
import type { BucketRate } from '../buckets/gcra.js';
import type { Clock } from '../kernel/clock.js';
import { StoreUnavailableError } from '../kernel/errors.js';
import { StoreClock } from '../kernel/store-clock.js';
import type {
  CampaignStore,
  DoneReply,
  ExchangeCall,
  ExchangeEvents,
  ExchangeReply,
  Known,
  StoreView,
} from './exchange.js';
import { NO_CLAIMS, NO_HEALTH, NO_PACE, STORE_TIME_ORIGIN_MS } from './exchange.js';
import type { ExchangeSettings } from './exchange-settings.js';

const NO_EVENTS: ExchangeEvents = {
  entered: [],
  gone: [],
  spent: [],
  given: [],
  retained: [],
  settled: [],
  signs: [],
  seats: [],
  health: NO_HEALTH,
  replays: 0,
};

/** Nothing of the store's is needed to let everybody in. */
const NOTHING_KNOWN: Known = {
  epoch: 1,
  generation: '',
  heads: [0, 0],
  tails: [0, 0],
  doorTat: 0,
  doorIntervalNs: 0,
  taken: 0,
  released: 0,
  claims: NO_CLAIMS,
  lottery: null,
  seats: 0,
  endsUs: 0,
  sessionsEndedUs: 0,
  pace: NO_PACE,
};

/** A door that is always open. */
const UNBOUNDED: BucketRate = { intervalNs: 1, toleranceNs: 1e9 };

export interface FallbackOptions {
  readonly policy: 'local' | 'open';
  readonly store: CampaignStore;
  /** An embedded store that tells time by `nowUs`, in store time. */
  readonly openLocal: (nowUs: () => number) => CampaignStore;
  readonly clock: Clock;
  /** Told of every decision that was made locally. */
  readonly onDecision: () => void;
}

export class FallbackStore implements CampaignStore {
  readonly #storeClock: StoreClock;
  #seen: StoreView | null = null;
  #local: CampaignStore | null = null;

  constructor(private readonly options: FallbackOptions) {
    this.#storeClock = new StoreClock(options.clock);
  }

  async exchange(call: ExchangeCall): Promise<ExchangeReply> {
    const sentUs = this.options.clock.monotonicUs();
    try {
      const reply = await this.options.store.exchange(call);
      this.#storeClock.learn(reply.kind === 'late' ? reply.nowUs : reply.view.nowUs, sentUs);
      if (reply.kind === 'done') this.#seen = reply.view;
      this.#local = null;
      return reply;
    } catch (fault) {
      if (!(fault instanceof StoreUnavailableError)) throw fault;
      if (this.options.policy === 'open') return this.#letIn(call);
      if (this.#seen === null) throw fault;
      return this.#answerLocally(call, this.#seen, fault);
    }
  }

  async #answerLocally(call: ExchangeCall, seen: StoreView, fault: StoreUnavailableError): Promise<ExchangeReply> {
    this.#local ??= this.#open();
    const settings = shareOf(call.settings, Math.max(1, seen.gateways));
    const reply = await this.#local.exchange({
      ...call,
      settings,
      // Its data are the store's, as far as they were seen: nothing was lost.
      generation: call.known.generation,
      notAfterUs: 0,
      // The door's bucket starts empty, whatever the store's held.
      known: { ...call.known, generation: '', doorIntervalNs: settings.door.intervalNs },
      events: {
        ...call.events,
        spent: [],
        given: [],
        retained: [],
        settled: [],
        signs: [],
        seats: [],
        replays: 0,
        health: NO_HEALTH,
      },
      tick: false,
    });
    if (reply.kind === 'late') throw fault;
    return this.#asSeen(reply, call, seen);
  }

  async #letIn(call: ExchangeCall): Promise<ExchangeReply> {
    this.#local ??= this.#open();
    const reply = await this.#local.exchange({
      ...call,
      settings: {
        ...call.settings,
        door: UNBOUNDED,
        slots: 0,
        queue: false,
        maxWaiting: 0,
        skip: 0,
        revision: 0,
        lottery: null,
      },
      notAfterUs: 0,
      known: { ...NOTHING_KNOWN, taken: call.known.taken, released: call.known.released },
      events: NO_EVENTS,
      // Places are the store's. Without one, everybody who claims is a newcomer at an open door.
      asks: call.asks.map((ask) => ({ ...ask, place: null })),
      tick: false,
    });
    if (reply.kind === 'late') return reply;
    const { nowUs } = reply.view;
    const { intervalNs, toleranceNs } = call.settings.door;
    const view = { ...(this.#seen ?? unseen(reply.view, call)), nowUs, doorTat: nowUs * 1000 + toleranceNs };
    return this.#asSeen(reply, call, { ...view, doorIntervalNs: intervalNs });
  }

  #open(): CampaignStore {
    if (this.#storeClock.known) return this.options.openLocal(() => this.#storeClock.nowUs());
    const { clock } = this.options;
    const originUs = (clock.wallMs() - STORE_TIME_ORIGIN_MS) * 1000 - clock.monotonicUs();
    return this.options.openLocal(() => clock.monotonicUs() + originUs);
  }

  /** What was decided here, beside what the store said last of everything that is not decided here. */
  #asSeen(reply: DoneReply, call: ExchangeCall, seen: StoreView): DoneReply {
    for (const result of reply.results) if (result.kind === 'enter') this.options.onDecision();
    const open = this.options.policy === 'open';
    const view: StoreView = {
      ...seen,
      nowUs: reply.view.nowUs,
      doorTat: open ? seen.doorTat : reply.view.doorTat,
      atDoor: reply.view.atDoor,
      taken: reply.view.taken,
      slotsInUse: reply.view.slotsInUse,
      loss: false,
      ticked: false,
      local: true,
    };
    const results = reply.results.map((result, at) => {
      // A line that takes nobody is how the local store says that it issues no number.
      if (result.kind !== 'full' && !(open && result.kind === 'shut')) return result;
      return call.asks[at]!.kind === 'find' ? { kind: 'none' as const } : { kind: 'unavailable' as const };
    });
    return { kind: 'done', permits: reply.permits, results, view };
  }
}

/** Of a store that was never seen, nothing is claimed to be known. */
function unseen(local: StoreView, { known }: ExchangeCall): StoreView {
  const { epoch, heads, tails, claims, lottery } = known;
  const seen = { epoch, generation: '', heads, tails, claims: { ...NO_CLAIMS, ...claims }, lottery };
  return { ...local, ...seen, settingsRevision: 0 };
}

function shareOf(settings: ExchangeSettings, gateways: number): ExchangeSettings {
  const door: BucketRate = {
    intervalNs: settings.door.intervalNs * gateways,
    toleranceNs: Math.max(settings.door.toleranceNs, settings.door.intervalNs * gateways),
  };
  return {
    ...settings,
    door,
    slots: settings.slots === 0 ? 0 : Math.max(1, Math.floor(settings.slots / gateways)),
    maxWaiting: 0,
    // How many sessions there are, only the store knows.
    sessions: settings.sessions === null ? null : { ...settings.sessions, maxActive: 0 },
    // Nothing was lost here: the local line begins where the store's was last seen.
    skip: 0,
  };
}
