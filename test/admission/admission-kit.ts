/** One gateway's admission on a store that the test answers for, or on the embedded one. */
import { Admission, type AdmissionOptions, type ClaimRequest } from '../../src/admission/admission.js';
import { CampaignLink } from '../../src/admission/campaign-link.js';
import type { Decision, Pass } from '../../src/admission/decision.js';
import { Door } from '../../src/admission/door.js';
import type { DoorSettings } from '../../src/admission/door-settings.js';
import type { CampaignStore, ExchangeCall, ExchangeReply } from '../../src/admission/exchange.js';
import type { ExchangeSettings } from '../../src/admission/exchange-settings.js';
import { MemoryCampaignStore } from '../../src/admission/memory-campaign-store.js';
import { MemorySlots } from '../../src/admission/memory-slots.js';
import { SlotAccount } from '../../src/admission/slot-account.js';
import { DOOR } from './door-kit.js';
import { SimulatedClock } from './simulated-clock.js';
import { SETTINGS } from './stores.js';

/** A store whose calls wait until the test lets them through, loses them, or loses their replies. */
export class HeldStore implements CampaignStore {
  readonly waiting: Array<{
    call: ExchangeCall;
    answer: (reply: ExchangeReply) => void;
    fail: (err: unknown) => void;
  }> = [];
  readonly calls: ExchangeCall[] = [];

  constructor(
    public inner: CampaignStore,
    public held = false,
  ) {}

  exchange(call: ExchangeCall): Promise<ExchangeReply> {
    this.calls.push(call);
    if (!this.held) return this.inner.exchange(call);
    return new Promise((answer, fail) => this.waiting.push({ call, answer, fail }));
  }

  /** Carries out the oldest call and brings its reply. */
  async answer(): Promise<void> {
    const { call, answer } = this.waiting.shift()!;
    answer(await this.inner.exchange(call));
  }

  /** Carries out the oldest call; its reply is lost. */
  async loseReply(err: unknown): Promise<void> {
    const { call, fail } = this.waiting.shift()!;
    await this.inner.exchange(call);
    fail(err);
  }

  lose(err: unknown): void {
    this.waiting.shift()!.fail(err);
  }
}

export interface KitOptions {
  readonly settings?: Partial<ExchangeSettings>;
  readonly door?: Partial<DoorSettings>;
  readonly admission?: Partial<AdmissionOptions>;
  readonly clock?: SimulatedClock;
  readonly store?: CampaignStore;
  readonly gateway?: string;
  readonly deadlineMs?: number;
}

export class AdmissionKit {
  readonly clock: SimulatedClock;
  readonly store: HeldStore;
  readonly slots = new SlotAccount();
  readonly link: CampaignLink;
  readonly door: Door;
  readonly admission: Admission;
  readonly faults: unknown[] = [];
  tooMuch = false;
  settings: ExchangeSettings;
  deadlineMs: number;

  constructor(options: KitOptions = {}) {
    this.clock = options.clock ?? new SimulatedClock();
    this.store = new HeldStore(options.store ?? new MemoryCampaignStore(new MemorySlots(), this.clock));
    this.settings = { ...SETTINGS, ...options.settings };
    this.deadlineMs = options.deadlineMs ?? 40;
    this.link = new CampaignLink({
      store: this.store,
      clock: this.clock,
      random: () => 0.5,
      gateway: options.gateway ?? 'g1',
      slots: this.slots,
      settings: () => this.settings,
      deadlineMs: this.deadlineMs,
      generation: `gen-${options.gateway ?? 'g1'}`,
      onFault: (fault) => this.faults.push(fault),
    });
    this.door = new Door({
      clock: this.clock,
      settings: () => ({
        ...DOOR,
        rate: this.settings.door,
        storeRate: this.settings.door,
        slots: this.settings.slots,
        ...options.door,
      }),
      onUnused: (count) => this.slots.release(count),
      askSoon: () => this.link.flushSoon(),
      turnOf: ({ number }) => number,
      slotsHere: () => this.slots.free,
      isTooMuch: () => this.tooMuch,
    });
    this.link.door = this.door;
    const { link, door, slots, clock } = this;
    this.admission = new Admission({
      link,
      door,
      slots,
      clock,
      limits: [],
      holdMs: () => 250,
      mirrorMs: 1000,
      seatName: () => null,
      ...options.admission,
    });
  }

  /** Ticks, and lets the door's first tokens come. */
  async start(fillMs = 300): Promise<this> {
    const started = this.link.start();
    await this.clock.settle();
    await started;
    await this.clock.advance(fillMs);
    return this;
  }

  claim(claimant: string, changes: Partial<ClaimRequest> = {}): Asked {
    const asked = new Asked();
    const request = { claimant, place: null, toldMs: 0, buckets: [], ...changes };
    asked.abort = this.admission.claim(request, (decision) => asked.decisions.push(decision));
    return asked;
  }

  stop(): void {
    this.link.stop();
    this.door.stop();
  }
}

/** A claim, and all that was decided for it: once, unless it was aborted. */
export class Asked {
  readonly decisions: Decision[] = [];
  abort: () => void = () => {};

  get kind(): Decision['kind'] | 'undecided' {
    return this.decisions[0]?.kind ?? 'undecided';
  }

  get pass(): Pass {
    const [decision] = this.decisions;
    if (decision?.kind !== 'admit') throw new Error(`Not admitted, but ${this.kind}`);
    return decision.pass;
  }
}
