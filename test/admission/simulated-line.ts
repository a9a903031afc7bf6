/**
 * Whole lines without HTTP: gateways, one store, one claim service and people who do as they are told, on a clock
 * of their own. What is measured is what the promises speak of: hand-overs, people in flight, requests.
 */
import { Admission } from '../../src/admission/admission.js';
import { CampaignLink } from '../../src/admission/campaign-link.js';
import { Door } from '../../src/admission/door.js';
import { type CampaignStore, STORE_TIME_ORIGIN_MS } from '../../src/admission/exchange.js';
import { MemoryCampaignStore } from '../../src/admission/memory-campaign-store.js';
import { MemorySlots } from '../../src/admission/memory-slots.js';
import { campaignSettings } from '../../src/admission/settings.js';
import { SlotAccount } from '../../src/admission/slot-account.js';
import { campaignSchema } from '../../src/config/campaign-schema.js';
import { upstreamSchema } from '../../src/config/upstream-schema.js';
import type { Random } from '../../src/kernel/random.js';
import { seededRandom } from '../../src/replay/seeded-random.js';
import { turnOf } from '../../src/waiting-room/lottery.js';
import { RecentPace } from '../../src/waiting-room/recent-pace.js';
import type { SimulatedClock } from './simulated-clock.js';

export interface Pace {
  ratePerSecond: number;
  burst: number;
  open: boolean;
  /** On the simulated clock; before, the door is shut. */
  opensAtUs?: number;
}

export const CAMPAIGN = campaignSchema.parse({ id: 'lny', upstream: 'incentives', routes: [{ path: '/claims' }] });

/** Of the lottery; forty hexadecimal digits. */
const KEY = 'd7'.repeat(20);

/** A claim service with a time of service, that can be frozen. */
export class SimulatedService {
  readonly handedOverUs: number[] = [];
  inFlight = 0;
  mostInFlight = 0;
  #frozenUntilUs = 0;

  constructor(
    private readonly clock: SimulatedClock,
    public serviceMs: number,
  ) {}

  freeze(ms: number): void {
    this.#frozenUntilUs = this.clock.monotonicUs() + ms * 1000;
  }

  serve(answered: () => void): void {
    const nowUs = this.clock.monotonicUs();
    this.handedOverUs.push(nowUs);
    this.inFlight++;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    const finish = (): void => {
      const leftUs = this.#frozenUntilUs - this.clock.monotonicUs();
      if (leftUs > 0) {
        this.clock.after(leftUs / 1000, finish);
        return;
      }
      this.inFlight--;
      answered();
    };
    this.clock.after(this.serviceMs, finish);
  }
}

export interface SimulatedGateway {
  readonly link: CampaignLink;
  readonly door: Door;
  readonly slots: SlotAccount;
  readonly admission: Admission;
  readonly recentPace: RecentPace;
}

export interface WorldOptions {
  readonly clock: SimulatedClock;
  readonly pace: Pace;
  readonly gateways: number;
  readonly slots: number;
  readonly order?: 'fifo' | 'lottery';
  readonly seed?: number;
  /** The store as each gateway reaches it; default: at once. */
  readonly reach?: (store: CampaignStore, gateway: number) => CampaignStore;
}

export class World {
  readonly random: Random;
  readonly gateways: SimulatedGateway[];
  readonly upstream;
  store: CampaignStore;

  constructor(readonly options: WorldOptions) {
    this.random = seededRandom(options.seed ?? 1);
    this.upstream = upstreamSchema.parse({
      id: 'incentives',
      targets: ['http://127.0.0.1:9000'],
      concurrency: { limit: options.slots },
    });
    this.store = this.emptyStore();
    const here: CampaignStore = { exchange: (call) => this.store.exchange(call) };
    this.gateways = Array.from({ length: options.gateways }, (_, at) =>
      this.#gateway(options.reach?.(here, at) ?? here, at),
    );
  }

  emptyStore(): CampaignStore {
    return new MemoryCampaignStore(new MemorySlots(), this.options.clock);
  }

  async start(): Promise<void> {
    const started = this.gateways.map(({ link }) => link.start());
    await this.options.clock.advance(10);
    await Promise.all(started);
  }

  /** Milliseconds until the opening. */
  opensInMs(): number {
    const { clock, pace } = this.options;
    return Math.max(0, (pace.opensAtUs ?? 0) - clock.monotonicUs()) / 1000;
  }

  stop(): void {
    for (const { link, door } of this.gateways) {
      link.stop();
      door.stop();
    }
  }

  #gateway(store: CampaignStore, at: number): SimulatedGateway {
    const { clock, pace } = this.options;
    const slots = new SlotAccount();
    const settings = (): ReturnType<typeof campaignSettings> =>
      campaignSettings(
        CAMPAIGN,
        this.upstream,
        { ...pace, rateMilli: 0 },
        pace.open && this.opensInMs() === 0,
        1000,
        link.view?.gateways ?? 2,
        0,
        this.options.order === 'lottery'
          ? { key: KEY, drawAtUs: Math.max(0, (pace.opensAtUs ?? 0) - STORE_TIME_ORIGIN_MS * 1000) }
          : null,
      );
    const link = new CampaignLink({
      store,
      clock,
      random: this.random,
      gateway: `g${at}`,
      slots,
      settings: () => settings().exchange,
      deadlineMs: 40,
      generation: `gen-${at}-${clock.monotonicUs()}`,
      onFault: (fault) => {
        throw fault;
      },
    });
    const door = new Door({
      clock,
      settings: () => settings().door,
      onUnused: (count) => slots.release(count),
      askSoon: () => link.flushSoon(),
      turnOf: (place) => turnOf(place, link.view?.lottery ?? null) ?? place.number,
      slotsHere: () => slots.free,
      isTooMuch: () => false,
    });
    link.door = door;
    const admission = new Admission({
      link,
      door,
      slots,
      clock,
      limits: [],
      holdMs: () => CAMPAIGN.queue.holdMs,
      mirrorMs: 1000,
      seatName: () => null,
    });
    const recentPace = new RecentPace(clock);
    link.onView((view) => recentPace.observe(view.callsPerSecond));
    return { link, door, slots, admission, recentPace };
  }
}
