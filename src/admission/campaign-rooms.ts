/**
 * The rooms that decide one campaign's claims, joined: the link to its store, the door, the settings that operators
 * change, the ledger, the decisions. A gateway joins them on the machine's clock and behind HTTP, a simulation on a
 * virtual clock and without; both do it here, so that a simulation decides as a gateway would.
 */
import { type BucketRate, bucketRate } from '../buckets/gcra.js';
import { type CampaignState, compileSchedule, opensInMs, stateAt } from '../campaign/schedule.js';
import type { AnswerCache } from '../claims/answer-cache.js';
import { isSoldOut } from '../claims/budget.js';
import { CampaignClaims } from '../claims/campaign-claims.js';
import { Erasures } from '../claims/erasures.js';
import type { CampaignConfig } from '../config/campaign-schema.js';
import type { Overrides } from '../config/override-schema.js';
import { readOverrides } from '../config/read-overrides.js';
import type { UpstreamConfig } from '../config/upstream-schema.js';
import type { Clock } from '../kernel/clock.js';
import type { Random } from '../kernel/random.js';
import { turnOf } from '../waiting-room/lottery.js';
import { RecentPace } from '../waiting-room/recent-pace.js';
import { Admission } from './admission.js';
import type { AnsweredCall } from './answered-call.js';
import { CampaignLink } from './campaign-link.js';
import type { CampaignSettingsStore } from './campaign-settings-store.js';
import { Door } from './door.js';
import { type CampaignStore, STORE_TIME_ORIGIN_MS } from './exchange.js';
import { JoinPace } from './join-pace.js';
import { LiveSettings } from './live-settings.js';
import { settingsThatHold } from './settings-that-hold.js';
import type { SlotAccount } from './slot-account.js';

/** A view older than this is not believed without asking, in milliseconds. */
const MIRROR_MS = 1000;

export interface RoomParts {
  readonly campaign: CampaignConfig;
  readonly upstream: UpstreamConfig;
  readonly slots: SlotAccount;
  readonly exchanges: CampaignStore;
  readonly settings: CampaignSettingsStore;
  /** Unique among all gateways. */
  readonly gateway: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly deadlineMs: number;
  /** Names the store's data should it have none; never one that another process gives. */
  readonly generation: string;
  /** Names entries and keys for the service: the same on all gateways. */
  readonly claimsSecret: Uint8Array;
  /** Cookies that are the gateway's own, and say nothing of who asks. */
  readonly ownCookies: readonly string[];
  /** Told of what is wrong with a call, and of settings that could not be read. */
  readonly onFault: (fault: unknown, what: 'call' | 'settings') => void;
  /** Told of every call to the store that was answered. Left out: nobody is. */
  readonly observe?: (call: AnsweredCall) => void;
}

/** What a configuration says of the campaign. */
export interface RoomsConfig {
  readonly campaign: CampaignConfig;
  readonly upstream: UpstreamConfig;
  readonly claimsSecret: Uint8Array;
}

/** Another configuration, that may come into force. */
export interface PreparedRooms {
  readonly claims: CampaignClaims;
  /** Faultless, and at once. */
  commit(): void;
}

export interface CampaignRooms {
  readonly live: LiveSettings;
  readonly link: CampaignLink;
  readonly door: Door;
  /** By the configuration in force. */
  readonly claims: CampaignClaims;
  readonly admission: Admission;
  /** Whatever holds a state stays: the link, the door, answers known, what operators have set. */
  prepare(config: RoomsConfig): PreparedRooms;
  /** A name for the next attempt at a claim, unique among all gateways. */
  nextAttempt(): string;
  /** @param nowMs - what `nowMs` says, where it is known already */
  state(nowMs?: number): CampaignState;
  /** The state if these overrides held now. */
  stateWith(overrides: Overrides): CampaignState;
  /** Sold out or ended. */
  over(): boolean;
  /** Milliseconds since the Unix epoch, on the store's clock. @param localUs - the local time, where it is known already */
  nowMs(localUs?: number): number;
  /** How long a claim on its way may take to end, in milliseconds. */
  leaseMs(): number;
  /** By which people are told when to come back. */
  readonly recentPace: RecentPace;
  /** Milliseconds until the opening; 0: it was, or is not planned. */
  opensInMs(nowMs?: number): number;
}

export function joinRooms(parts: RoomParts): CampaignRooms {
  const { slots, clock } = parts;
  let { campaign, upstream } = parts;
  let schedule = compileSchedule(campaign.schedule);
  const live = new LiveSettings({
    store: parts.settings,
    campaign,
    upstream,
    parse: readOverrides,
    onFault: (fault) => parts.onFault(fault, 'settings'),
  });
  const nowMs = (localUs?: number): number =>
    link.storeClock.known ? STORE_TIME_ORIGIN_MS + link.storeClock.nowUs(localUs) / 1000 : clock.wallMs();
  const soldOut = (): boolean => link.view !== null && isSoldOut(link.view.claims, campaign.budget.claims);
  const stateWith = (overrides: Overrides, atMs = nowMs()): CampaignState =>
    stateAt(schedule, overrides.state ?? null, atMs, soldOut());
  const state = (atMs?: number): CampaignState => stateWith(live.effective.overrides, atMs);
  const over = (): boolean => state() === 'sold-out' || state() === 'ended';
  const joins = new JoinPace(clock);
  const settings = settingsThatHold(
    () => ({
      effective: live.effective,
      revision: live.revision,
      open: state() === 'open',
      skip: joins.skip(),
      gateways: link.view?.gateways ?? 2,
      epoch: link.view?.epoch ?? 1,
      rateMilli: link.view?.pace.rateMilli ?? 0,
      unbounded: link.view?.local === true && campaign.onStoreFailure === 'open',
    }),
    parts.claimsSecret,
  );
  const link = new CampaignLink({
    store: parts.exchanges,
    clock,
    random: parts.random,
    gateway: parts.gateway,
    slots,
    settings: () => settings().exchange,
    deadlineMs: parts.deadlineMs,
    generation: parts.generation,
    onFault: (fault) => parts.onFault(fault, 'call'),
    ...(parts.observe && { observe: parts.observe }),
  });
  const door = new Door({
    clock,
    settings: () => settings().door,
    onUnused: (count) => slots.release(count),
    askSoon: () => link.flushSoon(),
    turnOf: (place) => turnOf(place, link.view?.lottery ?? null) ?? place.number,
    slotsHere: () => slots.free,
    isTooMuch: () => slots.isTooMuch(),
  });
  link.door = door;
  link.onView((view) => joins.observe(view));
  const recentPace = new RecentPace(clock);
  link.onView((view) => recentPace.observe(view.callsPerSecond));
  followLiveSettings(link, door, live, over);
  const claimsOf = (config: RoomsConfig, cache?: AnswerCache): CampaignClaims =>
    new CampaignClaims({
      campaign: config.campaign,
      secret: config.claimsSecret,
      ownCookies: parts.ownCookies,
      nowMs,
      era: () => link.view?.claims.era ?? 0,
      storeUs: () => (link.storeClock.known ? link.storeClock.nowUs() : 0),
      ...(cache && { cache }),
    });
  let claims = claimsOf(parts);
  restoreAfterLoss(link, () => claims);
  const erasures = new Erasures({
    records: (limit) => live.store.records(limit),
    claims: () => claims,
    onFault: (fault) => parts.onFault(fault, 'settings'),
  });
  link.onView(() => erasures.observe(live.revision));
  live.onChange(() => erasures.observe(live.revision));
  let attempts = 0;
  const nextAttempt = (): string => `${parts.gateway}.${(attempts++).toString(36)}`;
  const leaseMs = (): number => settings().exchange.claims.leaseMs;
  const admission = new Admission({
    link,
    door,
    slots,
    clock,
    limits: limitRates(campaign),
    holdMs: () => campaign.queue.holdMs,
    mirrorMs: MIRROR_MS,
    entries: claims.keepsEntries ? { nextAttempt, leaseMs, timeoutMs: () => upstream.timeoutMs } : null,
    over,
    seatName: () => (campaign.session === null ? null : nextAttempt()),
  });
  const prepare = (config: RoomsConfig): PreparedRooms => {
    const ownClaims = claimsOf(config, claims.cache);
    const ownSchedule = compileSchedule(config.campaign.schedule);
    const commit = (): void => {
      ({ campaign, upstream } = config);
      schedule = ownSchedule;
      claims = ownClaims;
      live.configure(campaign, upstream);
    };
    return { claims: ownClaims, commit };
  };
  return {
    live,
    link,
    door,
    get claims() {
      return claims;
    },
    admission,
    prepare,
    nextAttempt,
    state,
    stateWith,
    over,
    nowMs,
    recentPace,
    opensInMs: (atMs = nowMs()) => opensInMs(schedule, () => state(atMs), atMs),
    leaseMs,
  };
}

/** The buckets of the campaign's limits, in their order. */
export function limitRates({ limits }: CampaignConfig): BucketRate[] {
  return limits.map((limit) => bucketRate(limit.capacity, limit.refillPerSecond));
}

/** Nobody is held before a door that will not open, and the line hears of a change at once. */
function followLiveSettings(link: CampaignLink, door: Door, live: LiveSettings, over: () => boolean): void {
  const sendBackIfOver = (): void => {
    if (door.held > 0 && over()) door.sendAllBack();
  };
  link.onView(sendBackIfOver);
  link.onView((view) => live.observe(view));
  live.onChange(() => {
    sendBackIfOver();
    link.tickSoon();
  });
}

/**
 * Gives a store that has lost its data back what this process knows to be final; what was final before the ledger began
 * anew is forgotten.
 */
function restoreAfterLoss(link: CampaignLink, claims: () => CampaignClaims): void {
  let generation = '';
  let era = 0;
  link.onView((view) => {
    if (view.claims.era !== era) claims().cache.clear();
    era = view.claims.era;
    if (generation !== '' && view.generation !== generation) {
      for (const settlement of claims().restorations()) link.settle(settlement);
    }
    generation = view.generation;
  });
}
