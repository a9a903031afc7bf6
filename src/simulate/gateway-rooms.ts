/** The rooms of one gateway as the composition root joins them, without what HTTP needs, on any clock. */
import { Admission } from '../admission/admission.js';
import { CampaignLink } from '../admission/campaign-link.js';
import { Door } from '../admission/door.js';
import { type CampaignStore, STORE_TIME_ORIGIN_MS } from '../admission/exchange.js';
import { campaignSettings } from '../admission/settings.js';
import { SlotAccount } from '../admission/slot-account.js';
import { bucketRate } from '../buckets/gcra.js';
import { type CampaignState, compileSchedule, stateAt } from '../campaign/schedule.js';
import { isSoldOut } from '../claims/budget.js';
import { CampaignClaims } from '../claims/campaign-claims.js';
import type { CampaignConfig } from '../config/campaign-schema.js';
import type { UpstreamConfig } from '../config/upstream-schema.js';
import type { Clock } from '../kernel/clock.js';
import type { Random } from '../kernel/random.js';

const MIRROR_MS = 1000;
const DEADLINE_MS = 40;
const SKIP = 1000;

export interface GatewayRooms {
  readonly campaign: CampaignConfig;
  readonly link: CampaignLink;
  readonly door: Door;
  readonly admission: Admission;
  readonly claims: CampaignClaims;
  readonly nextAttempt: () => string;
  readonly state: () => CampaignState;
}

export interface RoomsOptions {
  readonly name: string;
  readonly campaign: CampaignConfig;
  readonly upstream: UpstreamConfig;
  readonly store: CampaignStore;
  readonly clock: Clock;
  readonly random: Random;
}

export function openRooms({ name, campaign, upstream, store, clock, random }: RoomsOptions): GatewayRooms {
  const slots = new SlotAccount();
  const schedule = compileSchedule(campaign.schedule);
  const nowMs = (): number =>
    link.storeClock.known ? STORE_TIME_ORIGIN_MS + link.storeClock.nowUs() / 1000 : clock.wallMs();
  const soldOut = (): boolean => link.view !== null && isSoldOut(link.view.claims, campaign.budget.claims);
  const state = (): CampaignState => stateAt(schedule, null, nowMs(), soldOut());
  const over = (): boolean => state() === 'sold-out' || state() === 'ended';
  let attempts = 0;
  const nextAttempt = (): string => `${name}.${(attempts++).toString(36)}`;
  const settings = memoized(
    () => `${state() === 'open'} ${link.view?.gateways ?? 1}`,
    () => campaignSettings(campaign, upstream, campaign.admission, state() === 'open', SKIP, link.view?.gateways ?? 1),
  );
  const link = new CampaignLink({
    store,
    clock,
    random,
    gateway: name,
    slots,
    settings: () => settings().exchange,
    deadlineMs: DEADLINE_MS,
    generation: name,
    onFault: (fault) => {
      throw fault;
    },
  });
  const door = new Door({
    clock,
    settings: () => settings().door,
    onUnused: (count) => slots.release(count),
    askSoon: () => link.flushSoon(),
  });
  link.door = door;
  link.onView(() => {
    if (door.held > 0 && over()) door.sendAllBack();
  });
  const claims = new CampaignClaims({
    campaign,
    secret: new TextEncoder().encode('the secret of a simulation'),
    ownCookies: [],
    nowMs,
    storeUs: () => (link.storeClock.known ? link.storeClock.nowUs() : 0),
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
      ? { nextAttempt, leaseMs: () => settings().exchange.claims.leaseMs, timeoutMs: upstream.timeoutMs }
      : null,
    over,
  });
  return { campaign, link, door, admission, claims, nextAttempt, state };
}

/** Makes a value anew only when its key has changed. */
function memoized<T>(keyOf: () => string, make: () => T): () => T {
  let key: string | null = null;
  let value: T;
  return () => {
    const now = keyOf();
    if (now !== key) {
      key = now;
      value = make();
    }
    return value;
  };
}
