/**
 * The policy `local`: while the store does not answer, each gateway goes on with its share of rate and slots, in
 * process. What always holds:
 *
 * - A share is 1/N, where N gateways were alive when the store was last seen; its bucket starts empty. Together they
 *   let through no more than the whole, and in a partition at most rate × (1 + k/N) for the k gateways cut off.
 * - No number is issued, nobody is called, and nothing of the line is decided here: only numbers already called enter,
 *   and people without a place only where nobody waits.
 * - A gateway that has never seen the store admits nothing.
 * - On return the store is told how far the door's bucket was used, so that nothing is minted.
 */
import type { BucketRate } from '../buckets/gcra.js';
import type { Clock } from '../kernel/clock.js';
import { StoreUnavailableError } from '../kernel/errors.js';
import { StoreClock } from '../kernel/store-clock.js';
import {
  type CampaignStore,
  type ExchangeCall,
  type ExchangeReply,
  type ExchangeSettings,
  NO_HEALTH,
  type StoreView,
} from './exchange.js';

type Done = Extract<ExchangeReply, { kind: 'done' }>;

export interface FallbackOptions {
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
      const seen = this.#seen;
      if (!(fault instanceof StoreUnavailableError) || seen === null) throw fault;
      return this.#answerLocally(call, seen, fault);
    }
  }

  async #answerLocally(call: ExchangeCall, seen: StoreView, fault: StoreUnavailableError): Promise<ExchangeReply> {
    this.#local ??= this.options.openLocal(() => this.#storeClock.nowUs());
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
        replays: 0,
        health: NO_HEALTH,
      },
      tick: false,
    });
    if (reply.kind === 'late') throw fault;
    return this.#asSeen(reply, call, seen);
  }

  /** What was decided here, beside what the store said last of everything that is not decided here. */
  #asSeen(reply: Done, call: ExchangeCall, seen: StoreView): Done {
    for (const result of reply.results) if (result.kind === 'enter') this.options.onDecision();
    const view: StoreView = {
      ...seen,
      nowUs: reply.view.nowUs,
      doorTat: reply.view.doorTat,
      atDoor: reply.view.atDoor,
      taken: reply.view.taken,
      slotsInUse: reply.view.slotsInUse,
      loss: false,
      ticked: false,
      local: true,
    };
    const results = reply.results.map((result, at) => {
      // A line that takes nobody is how the local store says that it issues no number.
      if (result.kind !== 'full') return result;
      return call.asks[at]!.kind === 'find' ? { kind: 'none' as const } : { kind: 'unavailable' as const };
    });
    return { kind: 'done', permits: reply.permits, results, view };
  }
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
    // Nothing was lost here: the local line begins where the store's was last seen.
    skip: 0,
  };
}
