/** What the store and the door are told of a campaign's settings. */
import { type BucketRate, bucketRate } from '../buckets/gcra.js';
import type { CampaignConfig } from '../config/campaign-schema.js';
import type { UpstreamConfig } from '../config/upstream-schema.js';
import { paced } from '../overload/effective-rate.js';
import type { DoorSettings } from './door-settings.js';
import type { ExchangeSettings, LotterySettings } from './exchange-settings.js';

/**
 * How late departures may be: timers, network, and a busy process. So much of the burst is kept for it. A permit that is
 * later is void and its token lost, so a burst that has the room forgives the pauses of a busy machine, too.
 */
const SLACK_US = 5_000;
const SLACK_SHARE = 0.05;
const MOST_SLACK_US = 50_000;
/** From the moment in which a departure is decided until the claim has left. */
const OWN_SLACK_US = 1_000;
/** Of that, what is left for the write itself, and for what rounding an interval adds up to over a whole burst. */
const WRITE_SLACK_SHARE = 0.1;
/** A door whose burst leaves no room for lateness still forgives this much. */
const LEAST_STALE_US = 3_000;
/** Permits are given this long before their time, so that no round trip stands between a token and its claim. */
const HORIZON_US = 5_000;
/** Beyond the near poll: the way there and back, and a timer that is late. */
const DWELL_SLACK_MS = 150;
/**
 * How far ahead people are called, as a share of the dwell: more than the mean way to the door, so that somebody
 * stands at it when half of those called never come, and less than the dwell, so that only a few stand there long.
 */
const LEAD_SHARE = 0.75;
/** Beyond the upstream's time-out: until the slots of a gateway that fell silent are free. */
const SLOT_LEASE_SLACK_MS = 2_000;
/** Beyond the hold and the upstream's time-out: until a claim without an answer counts as unknown. */
const ENTRY_LEASE_SLACK_MS = 2_000;
const DOOR_STAY_SLACK_MS = 500;
/** How far the pace falls at most where nothing else is said. */
const LEAST_SHARE = 0.1;

export interface DoorPace {
  /** As configured, by the file or an operator. */
  readonly ratePerSecond: number;
  readonly burst: number;
  /** What the service bears, as the store said last, in claims per 1,000 seconds; 0: as configured. */
  readonly rateMilli: number;
}

export interface CampaignSettings {
  readonly exchange: ExchangeSettings;
  readonly door: DoorSettings;
}

/**
 * @param open - whether the door is open now
 * @param skip - numbers to leave out after a loss
 * @param gateways - gateways alive; one alone keeps the bound by its own departures, however late they are
 * @param revision - of the operators' settings that the others follow
 * @param lottery - null where the order is that of joining
 */
export function campaignSettings(
  campaign: CampaignConfig,
  upstream: UpstreamConfig,
  pace: DoorPace,
  open: boolean,
  skip: number,
  gateways: number,
  revision = 0,
  lottery: LotterySettings | null = null,
): CampaignSettings {
  const { queue, claims, budget, adaptive, priority, session } = campaign;
  const rate = paced(bucketRate(pace.burst, pace.ratePerSecond), pace.rateMilli);
  const alone = gateways <= 1;
  const room = Math.floor((rate.toleranceNs - rate.intervalNs) / 2);
  const ownSlackNs = Math.min(OWN_SLACK_US * 1000, room);
  const slackNs = alone ? ownSlackNs : Math.min(sharedSlackNs(rate) + OWN_SLACK_US * 1000, room);
  const staleUs = alone ? Number.POSITIVE_INFINITY : Math.max(LEAST_STALE_US, (slackNs - ownSlackNs) / 1000);
  const storeRate = less(rate, slackNs);
  const slots = upstream.concurrency.mode === 'fixed' ? upstream.concurrency.limit : 0;
  const dwellMs = queue.poll.nearMs + DWELL_SLACK_MS;
  return {
    exchange: {
      revision,
      door: storeRate,
      horizonUs: HORIZON_US,
      slots,
      slotLeaseMs: upstream.timeoutMs + SLOT_LEASE_SLACK_MS,
      open,
      queue: queue.enabled && !campaign.shadow,
      maxWaiting: queue.maxWaiting,
      graceMs: queue.graceMs,
      leadMs: dwellMs * LEAD_SHARE,
      dwellMs,
      pollMaxMs: queue.poll.maxMs,
      doorStayMs: queue.holdMs + 2 * queue.poll.nearMs + DOOR_STAY_SLACK_MS,
      skip,
      lottery,
      sessions: session,
      claims: {
        ledger: claims.mode !== 'off' || budget.claims !== null,
        budget: budget.claims ?? 0,
        leaseMs: queue.holdMs + upstream.timeoutMs + ENTRY_LEASE_SLACK_MS,
        strict: claims.mode !== 'off' && !upstream.idempotent,
      },
      reserveNs: Math.floor(storeRate.toleranceNs * priority.reserve),
      pace: {
        enabled: adaptive.enabled,
        configuredMilli: Math.round(pace.ratePerSecond * 1000),
        leastMilli: leastMilli(adaptive.minRatePerSecond, pace.ratePerSecond),
      },
    },
    door: {
      rate: less(rate, ownSlackNs),
      leaving: less(rate, Math.floor(ownSlackNs * WRITE_SLACK_SHARE)),
      storeRate,
      staleUs,
      lateUs: staleUs + OWN_SLACK_US,
      horizonUs: HORIZON_US,
      slots,
      mostHeld: queue.maxHeld,
    },
  };
}

/** Where several gateways depart from one door. */
function sharedSlackNs({ toleranceNs }: BucketRate): number {
  return Math.min(Math.max(SLACK_US * 1000, Math.floor(toleranceNs * SLACK_SHARE)), MOST_SLACK_US * 1000);
}

/** Never above the configured pace, and never 0. */
function leastMilli(minRatePerSecond: number | null, ratePerSecond: number): number {
  const least = Math.min(minRatePerSecond ?? ratePerSecond * LEAST_SHARE, ratePerSecond);
  return Math.max(1, Math.round(least * 1000));
}

/** The same pace, with a burst that is smaller by so much. */
function less({ intervalNs, toleranceNs }: BucketRate, slackNs: number): BucketRate {
  return { intervalNs, toleranceNs: toleranceNs - slackNs };
}
