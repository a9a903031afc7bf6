/** Wires one campaign: its link to the store, its door, its decisions, its tickets. */
import { hkdfSync, randomBytes } from 'node:crypto';
import type { OperatedCampaign } from './admin/campaign-desk.js';
import { joinRooms } from './admission/campaign-rooms.js';
import type { Door } from './admission/door.js';
import type { LiveSettings } from './admission/live-settings.js';
import type { SlotAccount } from './admission/slot-account.js';
import { ClaimantHasher } from './claimant/claimant-hash.js';
import { remainingOf } from './claims/budget.js';
import { GrantedFilter } from './claims/granted-filter.js';
import { composeClaimants, identityFields } from './compose-claimant.js';
import type { OpenedCampaign } from './compose-store.js';
import type { LoadedConfig } from './config/load.js';
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
import type { Upstream } from './proxy/upstream.js';
import { waitingIn } from './waiting-room/standing.js';
import { type TicketKey, Tickets } from './waiting-room/tickets.js';

/** Places whose end this gateway remembers. */
const ENDED_PLACES = 100_000;
const FAULTS = {
  call: 'The store found a call wrong',
  settings: 'The settings in the store could not be read',
};

export interface CampaignParts {
  readonly campaign: CampaignConfig;
  readonly upstreamConfig: UpstreamConfig;
  readonly config: Config;
  readonly upstream: Upstream;
  readonly slots: SlotAccount;
  readonly store: OpenedCampaign;
  readonly keys: readonly TicketKey[];
  readonly secretsOf: LoadedConfig['secretsOf'];
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
  const { campaign, upstreamConfig, config, metrics } = parts;
  const cookie = new TicketCookie(campaign.id, config.server.tls !== null);
  const rooms = joinRooms({
    campaign,
    upstream: upstreamConfig,
    slots: parts.slots,
    exchanges: parts.store.exchanges,
    settings: parts.store.settings,
    gateway: parts.gateway,
    clock: parts.clock,
    random: parts.random,
    deadlineMs: config.store.deadlineMs,
    generation: randomBytes(9).toString('base64url'),
    claimsSecret: claimsSecret(parts.keys, campaign.id),
    ownCookies: [cookie.name],
    onFault: (err, what) => parts.logger.error({ err, campaign: campaign.id }, FAULTS[what]),
  });
  const { live, link, door, claims, admission, state, over, nowMs } = rooms;
  const granted = new GrantedFilter(parts.store.granted, (err) =>
    parts.logger.warn({ err, campaign: campaign.id }, 'The granted claims could not be read; trying again'),
  );
  link.onView((view) => {
    if (claims.keepsAnswers && over())
      void granted.refresh(`${view.generation} ${view.claims.granted}`, view.claims.granted);
  });
  // Plain properties only: an object with accessors is a slow one to V8, and every request asks this one.
  const context = {
    config: live.effective.campaign,
    routes: campaign.routes,
    pass: campaign.pass,
    upstream: parts.upstream,
    protectedFields: identityFields(campaign.claimant),
    link,
    admission,
    claims,
    tickets: new Tickets(campaign.id, parts.keys),
    hasher: new ClaimantHasher(claimantSalt(parts.keys, campaign.id)),
    source: composeClaimants(parts),
    cookie,
    limitFields: campaign.limits.length === 0 ? null : new RateLimitFields(campaign.limits),
    meters: new CampaignMeters(metrics.campaign(campaign.id), campaign.limits),
    ended: new BoundedCache(ENDED_PLACES),
    state,
    nowMs,
    ratePerSecond: () => live.effective.campaign.admission.ratePerSecond,
    nextAttempt: rooms.nextAttempt,
    mayBeGranted: (key: string) => claims.cache.get(key) !== undefined || granted.mayContain(key),
  } satisfies RoutedContext;
  live.onChange(() => {
    context.config = live.effective.campaign;
  });
  mirrorCampaign(metrics, context, door);
  return { context, door, live, operated: { id: campaign.id, live, link, stateWith: rooms.stateWith, nowMs } };
}

/** From the key that stays longest when keys rotate: the last one. */
function claimantSalt(keys: readonly TicketKey[], campaign: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', keys.at(-1)!.secret, '', `spillway store claimant ${campaign}`, 32));
}

/** Names of entries and keys for the service: of the key that stays longest, as for the claimants. */
export function claimsSecret(keys: readonly TicketKey[], campaign: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', keys.at(-1)!.secret, '', `spillway claims ${campaign}`, 32));
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
