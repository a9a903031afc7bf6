/** Wires one campaign: its link to the store, its door, its decisions, its tickets. */
import { hkdfSync, randomBytes } from 'node:crypto';
import type { OperatedCampaign } from './admin/campaign-desk.js';
import { Admission } from './admission/admission.js';
import { CampaignLink } from './admission/campaign-link.js';
import { Door } from './admission/door.js';
import { STORE_TIME_ORIGIN_MS, type StoreView } from './admission/exchange.js';
import { LiveSettings } from './admission/live-settings.js';
import { campaignSettings } from './admission/settings.js';
import type { SlotAccount } from './admission/slot-account.js';
import { bucketRate } from './buckets/gcra.js';
import { type CampaignState, compileSchedule, stateAt } from './campaign/schedule.js';
import { ClaimantHasher } from './claimant/claimant-hash.js';
import { createClaimantSource } from './claimant/sources.js';
import { isSoldOut, remainingOf } from './claims/budget.js';
import { CampaignClaims } from './claims/campaign-claims.js';
import { GrantedFilter } from './claims/granted-filter.js';
import type { OpenedCampaign } from './compose-store.js';
import type { Overrides } from './config/override-schema.js';
import { readOverrides } from './config/read-overrides.js';
import type { CampaignConfig, Config, UpstreamConfig } from './config/schema.js';
import { CampaignMeters } from './http/campaign-meters.js';
import type { RoutedContext } from './http/claim-route.js';
import { TicketCookie } from './http/cookies.js';
import { RateLimitFields } from './http/rate-limit-fields.js';
import { BoundedCache } from './kernel/bounded-cache.js';
import type { Clock } from './kernel/clock.js';
import type { Logger } from './kernel/logger.js';
import type { Random } from './kernel/random.js';
import type { Metrics } from './metrics/catalogue.js';
import { endToEndFields, protectedFields } from './proxy/connection-options.js';
import type { Upstream } from './proxy/upstream.js';
import { waitingIn } from './waiting-room/standing.js';
import { type TicketKey, Tickets } from './waiting-room/tickets.js';

/** A view older than this is not believed without asking, in milliseconds. */
const MIRROR_MS = 1000;
/** Places whose end this gateway remembers. */
const ENDED_PLACES = 100_000;
/** Numbers left out after a loss: two seconds of the fastest joining seen, and never fewer than this. */
const LEAST_SKIP = 1000;
const SKIP_SECONDS = 2;

export interface CampaignParts {
  readonly campaign: CampaignConfig;
  readonly upstreamConfig: UpstreamConfig;
  readonly config: Config;
  readonly upstream: Upstream;
  readonly slots: SlotAccount;
  readonly store: OpenedCampaign;
  readonly keys: readonly TicketKey[];
  readonly gateway: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface ComposedCampaign {
  readonly context: RoutedContext;
  readonly door: Door;
  readonly live: LiveSettings;
  readonly operated: OperatedCampaign;
}

export function composeCampaign(parts: CampaignParts): ComposedCampaign {
  const { campaign, upstreamConfig, config, slots, clock, random, metrics } = parts;
  const schedule = compileSchedule(campaign.schedule);
  const joins = new JoinPace(clock);
  const live = new LiveSettings({
    store: parts.store.settings,
    campaign,
    upstream: upstreamConfig,
    parse: readOverrides,
    onFault: (err) => parts.logger.error({ err, campaign: campaign.id }, 'The settings in the store could not be read'),
  });
  const nowMs = (): number =>
    link.storeClock.known ? STORE_TIME_ORIGIN_MS + link.storeClock.nowUs() / 1000 : clock.wallMs();
  const soldOut = (): boolean => link.view !== null && isSoldOut(link.view.claims, campaign.budget.claims);
  const stateWith = (overrides: Overrides): CampaignState =>
    stateAt(schedule, overrides.state ?? null, nowMs(), soldOut());
  const state = (): CampaignState => stateWith(live.effective.overrides);
  const over = (): boolean => state() === 'sold-out' || state() === 'ended';
  let attempts = 0;
  const nextAttempt = (): string => `${parts.gateway}.${(attempts++).toString(36)}`;
  const settings = (): ReturnType<typeof campaignSettings> =>
    campaignSettings(
      live.effective.campaign,
      live.effective.upstream,
      live.effective.campaign.admission,
      state() === 'open',
      joins.skip(),
      link.view?.gateways ?? 2,
      live.revision,
    );
  const link = new CampaignLink({
    store: parts.store.exchanges,
    clock,
    random,
    gateway: parts.gateway,
    slots,
    settings: () => settings().exchange,
    deadlineMs: config.store.deadlineMs,
    generation: randomBytes(9).toString('base64url'),
    onFault: (err) => parts.logger.error({ err, campaign: campaign.id }, 'The store found a call wrong'),
  });
  const door = new Door({
    clock,
    settings: () => settings().door,
    onUnused: (count) => slots.release(count),
    askSoon: () => link.flushSoon(),
  });
  link.door = door;
  const sendBackIfOver = (): void => {
    if (door.held > 0 && over()) door.sendAllBack();
  };
  link.onView((view) => joins.observe(view));
  link.onView(sendBackIfOver);
  link.onView((view) => live.observe(view));
  live.onChange(() => {
    sendBackIfOver();
    link.tickSoon();
  });
  const cookie = new TicketCookie(campaign.id, config.server.tls !== null);
  const claims = new CampaignClaims({
    campaign,
    secret: claimsSecret(parts.keys, campaign.id),
    ownCookies: [cookie.name],
    nowMs,
    storeUs: () => (link.storeClock.known ? link.storeClock.nowUs() : 0),
  });
  restoreAfterLoss(link, claims);
  const granted = new GrantedFilter(parts.store.granted, (err) =>
    parts.logger.warn({ err, campaign: campaign.id }, 'The granted claims could not be read; trying again'),
  );
  link.onView((view) => {
    if (claims.keepsAnswers && over())
      void granted.refresh(`${view.generation} ${view.claims.granted}`, view.claims.granted);
  });
  const admission = new Admission({
    link,
    door,
    slots,
    clock,
    limits: campaign.limits.map((limit) => bucketRate(limit.capacity, limit.refillPerSecond)),
    holdMs: () => campaign.queue.holdMs,
    mirrorMs: MIRROR_MS,
    entries: claims.keepsEntries
      ? { nextAttempt, leaseMs: () => settings().exchange.claims.leaseMs, timeoutMs: upstreamConfig.timeoutMs }
      : null,
    over,
  });
  const context: RoutedContext = {
    get config() {
      return live.effective.campaign;
    },
    routes: campaign.routes,
    pass: campaign.pass,
    upstream: parts.upstream,
    protectedFields: campaign.claimant.from === 'header' ? protectedFields([campaign.claimant.name]) : endToEndFields,
    link,
    admission,
    claims,
    tickets: new Tickets(campaign.id, parts.keys),
    hasher: new ClaimantHasher(claimantSalt(parts.keys, campaign.id)),
    source: createClaimantSource(campaign.claimant),
    cookie,
    limitFields: campaign.limits.length === 0 ? null : new RateLimitFields(campaign.limits),
    meters: new CampaignMeters(metrics.campaign(campaign.id), campaign.limits),
    ended: new BoundedCache(ENDED_PLACES),
    state,
    nowMs,
    ratePerSecond: () => live.effective.campaign.admission.ratePerSecond,
    nextAttempt,
    mayBeGranted: (key) => claims.cache.get(key) !== undefined || granted.mayContain(key),
  };
  mirrorCampaign(metrics, context, door);
  return { context, door, live, operated: { id: campaign.id, live, link, stateWith, nowMs } };
}

/** From the key that stays longest when keys rotate: the last one. */
function claimantSalt(keys: readonly TicketKey[], campaign: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', keys.at(-1)!.secret, '', `spillway store claimant ${campaign}`, 32));
}

/** Names of entries and keys for the service: of the key that stays longest, as for the claimants. */
export function claimsSecret(keys: readonly TicketKey[], campaign: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', keys.at(-1)!.secret, '', `spillway claims ${campaign}`, 32));
}

/** Gives a store that has lost its data back what this process knows to be final. */
function restoreAfterLoss(link: CampaignLink, claims: CampaignClaims): void {
  let generation = '';
  link.onView((view) => {
    if (generation !== '' && view.generation !== generation) {
      for (const settlement of claims.restorations()) link.settle(settlement);
    }
    generation = view.generation;
  });
}

/** The fastest joining seen, over all gateways. */
class JoinPace {
  #tail = 0;
  #atUs = 0;
  #perSecond = 0;

  constructor(private readonly clock: Clock) {}

  observe(view: StoreView): void {
    const nowUs = this.clock.monotonicUs();
    const sinceUs = nowUs - this.#atUs;
    if (sinceUs < 1_000_000) return;
    if (this.#atUs > 0 && !view.loss && view.tails[0] > this.#tail) {
      this.#perSecond = Math.max(this.#perSecond, ((view.tails[0] - this.#tail) * 1e6) / sinceUs);
    }
    this.#tail = view.tails[0];
    this.#atUs = nowUs;
  }

  skip(): number {
    return Math.max(LEAST_SKIP, Math.ceil(this.#perSecond * SKIP_SECONDS * 2));
  }
}

function mirrorCampaign(metrics: Metrics, context: RoutedContext, door: Door): void {
  metrics.campaign(context.config.id).mirror({
    get state() {
      return context.state();
    },
    get waiting() {
      return context.link.view === null ? null : waitingIn(context.link.view);
    },
    get maxWaiting() {
      return context.config.queue.maxWaiting;
    },
    get head() {
      return context.link.view?.heads[0] ?? null;
    },
    get tail() {
      return context.link.view?.tails[0] ?? null;
    },
    get noShowRatio() {
      return context.link.view === null ? null : 1 - context.link.view.show;
    },
    get configuredRatePerSecond() {
      return context.config.admission.ratePerSecond;
    },
    get effectiveRatePerSecond() {
      return context.state() === 'open' ? context.ratePerSecond() : 0;
    },
    get burst() {
      return context.config.admission.burst;
    },
    get held() {
      return door.held;
    },
    get budgetRemaining() {
      const { view } = context.link;
      return view === null ? null : remainingOf(view.claims, context.config.budget.claims);
    },
  });
}
