/** One gateway's side of the store's contract: it sends what it knows, and learns from every reply. */

import type { Ask } from '../../../src/admission/ask.js';
import type { CampaignSettingsStore } from '../../../src/admission/campaign-settings-store.js';
import type { CampaignStore, ExchangeCall, ExchangeEvents, Known } from '../../../src/admission/exchange.js';
import type { ExchangeSettings } from '../../../src/admission/exchange-settings.js';
import type { Place } from '../../../src/waiting-room/place.js';
import type { FakeClock } from '../../support/fake-clock.js';
import { ask, type Done, done, knownFrom, NO_EVENTS, NOTHING_KNOWN, type Open, SETTINGS } from '../stores.js';

export class StoreGateway {
  known: Known = NOTHING_KNOWN;
  settings: ExchangeSettings = SETTINGS;
  released = 0;

  constructor(
    public store: CampaignStore,
    readonly name = 'g1',
  ) {}

  async call(changes: Partial<ExchangeCall> = {}): Promise<Done> {
    const reply = await done(this.store, {
      gateway: this.name,
      generation: `gen-${this.name}`,
      settings: this.settings,
      known: { ...this.known, released: this.released },
      ...changes,
    });
    this.known = knownFrom(reply, this.released);
    return reply;
  }

  /** Asks on behalf of each claimant, in one call. */
  async asks(kind: Ask['kind'], claimants: readonly string[], changes: Partial<Ask> = {}): Promise<Result[]> {
    const asks = claimants.map((claimant) => ask(claimant, { kind, ...changes }));
    return [...(await this.call({ asks })).results];
  }

  async claim(claimant: string, changes: Partial<Ask> = {}): Promise<Result> {
    return (await this.asks('claim', [claimant], changes))[0]!;
  }

  async join(claimant: string, changes: Partial<Ask> = {}): Promise<Result> {
    return (await this.asks('join', [claimant], changes))[0]!;
  }

  async find(claimant: string, changes: Partial<Ask> = {}): Promise<Result> {
    return (await this.asks('find', [claimant], changes))[0]!;
  }

  tick(): Promise<Done> {
    return this.call({ tick: true });
  }

  /** Ticks every 100 ms for `ms`. */
  async ticks(clock: FakeClock, ms: number): Promise<Done> {
    let reply = await this.tick();
    for (let passed = 0; passed < ms; passed += 100) {
      await clock.advance(Math.min(100, ms - passed));
      reply = await this.tick();
    }
    return reply;
  }

  tell(events: Partial<ExchangeEvents>): Promise<Done> {
    return this.call({ events: { ...NO_EVENTS, ...events } });
  }

  /** The claim at the upstream had its final answer. */
  async answered(claimant: string, place: Place | null): Promise<void> {
    this.released++;
    await (place === null ? this.call() : this.tell({ spent: [{ claimant, place }] }));
  }
}

export interface Contract {
  readonly clock: FakeClock;
  readonly store: CampaignStore;
  /** Of the newest store. */
  readonly operators: CampaignSettingsStore;
  readonly g1: StoreGateway;
  readonly g2: StoreGateway;
  /** Another, empty store of the same kind, behind the same clock. */
  empty(): Promise<CampaignStore>;
}

export type Result = Done['results'][number];

/** Runs a test of the contract against a fresh store, and closes all that it opened. */
export function contractOn(open: Open, newClock: () => FakeClock) {
  return (test: (contract: Contract) => Promise<void>) => async (): Promise<void> => {
    const clock = newClock();
    const opened = [await open(clock)];
    const { store } = opened[0]!;
    const empty = async (): Promise<CampaignStore> => {
      opened.push(await open(clock));
      return opened.at(-1)!.store;
    };
    try {
      await test({
        clock,
        store,
        get operators() {
          return opened.at(-1)!.settings;
        },
        g1: new StoreGateway(store),
        g2: new StoreGateway(store, 'g2'),
        empty,
      });
    } finally {
      for (const one of opened) await one.close();
    }
  };
}

export function placeOf(result: Result): Place {
  if (!('place' in result) || result.place === null) throw new Error(`No place in '${result.kind}'`);
  return result.place;
}

export function place(number: number, line: 0 | 1 = 0, returns = line): Place {
  return { line, number, returns };
}

export function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${at + 1}`);
}
