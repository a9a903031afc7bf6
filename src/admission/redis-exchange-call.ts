/** A call to `exchange.lua` as keys and arguments. */
import type { RedisArgument } from '../redis/connection.js';
import type { CampaignKeys } from '../redis/keys.js';
import type { Place } from '../waiting-room/place.js';
import type { Ask } from './ask.js';
import type { ExchangeCall, Known, PlaceEvent } from './exchange.js';
import type { ExchangeSettings } from './exchange-settings.js';

/** In place of the time of a draw. */
const NO_LOTTERY = -1;
/** How an allowance without a bound is written. */
const UNBOUNDED = -1;
const US_A_MS = 1000;
/** How an ask's kind is written. */
const KINDS = { join: 0, claim: 1, pass: 2, find: 3, recall: 4, refund: 5, spare: 6 } as const;
/** Added to the kind: what follows the claimant, in this order. Most asks bring little, and each text costs both sides. */
const WITH_TICKET = 8;
const WITH_CHARGES = 16;
const WITH_LEDGER = 32;
const WITH_SEAT = 64;
/** Brings nothing: a limit that is kept elsewhere has refused. */
const IS_BARRED = 128;

/**
 * The settings as JSON, in the script's own names. As one text they cost both sides a fifth of what they would as an
 * argument each, and a campaign's stay the same from call to call.
 */
export function settingsText(settings: ExchangeSettings, placesAway: boolean): string {
  const { door, claims, lottery, pace, sessions } = settings;
  return JSON.stringify({
    door_interval: door.intervalNs,
    door_tolerance: door.toleranceNs,
    horizon_us: settings.horizonUs,
    slots: settings.slots,
    slot_lease_us: settings.slotLeaseMs * US_A_MS,
    open: settings.open,
    queue: settings.queue,
    max_waiting: settings.maxWaiting,
    grace_ms: settings.graceMs,
    lead_ms: settings.leadMs,
    dwell_ms: settings.dwellMs,
    poll_max_ms: settings.pollMaxMs,
    door_stay_us: settings.doorStayMs * US_A_MS,
    skip: settings.skip,
    ledger: claims.ledger,
    budget: claims.budget,
    claim_lease_us: claims.leaseMs * US_A_MS,
    strict: claims.strict,
    revision: settings.revision,
    draw_at_us: lottery?.drawAtUs ?? NO_LOTTERY,
    lot_key: lottery?.key ?? '',
    reserve_ns: settings.reserveNs,
    pace_on: pace.enabled,
    pace_configured: pace.configuredMilli,
    pace_least: pace.leastMilli,
    max_active: sessions?.maxActive ?? 0,
    session_ttl_us: (sessions?.ttlMs ?? 0) * US_A_MS,
    places_away: placesAway,
  });
}

/**
 * @param nowUs - store time that a test gives; empty: the server's own
 * @param settings - from `settingsText`
 * @param keys - those of the call's own are added
 */
export function encodeCall(
  call: ExchangeCall,
  nowUs: string,
  settings: string,
  keys: string[],
  names: CampaignKeys,
): RedisArgument[] {
  const { events, asks } = call;
  const args: RedisArgument[] = [nowUs, settings, ''];
  const settled: Array<string | number> = [];
  // The entries' own texts are what services answered: they travel as they are.
  for (const { key, attempt, outcome, text, keepMs, markMs, counts, generation, era } of events.settled) {
    keys.push(names.claimPrefix + key);
    settled.push(attempt, outcome, keepMs, markMs, counts ? 1 : 0, generation, era);
    args.push(text);
  }
  args[2] = JSON.stringify({
    gateway: call.gateway,
    fresh_generation: call.generation,
    not_after: call.notAfterUs,
    known: knownOf(call.known),
    allowance: Number.isFinite(call.allowance) ? call.allowance : UNBOUNDED,
    health: { served: events.health.served, dropped: events.health.dropped, rest_us: events.health.restUs },
    entered: listOf(events.entered, placeText),
    gone: listOf(events.gone, placeText),
    spent: eventsOf([...events.spent, ...events.given]),
    retained: eventsOf(events.retained),
    settled: settled.length === 0 ? undefined : settled,
    signs: listOf(events.signs, ({ claimant, sign }) => [claimant, sign])?.flat(),
    seats: listOf(events.seats, ({ claimant, seat, begins }) => [claimant, seat, begins])?.flat(),
    replays: events.replays,
    tick: call.tick,
    permits: call.permits,
    limits: limitsOf(asks),
    asks: asks.length === 0 ? undefined : wordsOf(asks, keys, names, call.settings.sessions !== null),
  });
  return args;
}

function knownOf(known: Known): object {
  const { claims, lottery, pace } = known;
  return {
    epoch: known.epoch,
    generation: known.generation,
    head0: known.heads[0],
    head1: known.heads[1],
    tail0: known.tails[0],
    tail1: known.tails[1],
    door_tat: known.doorTat,
    door_interval: known.doorIntervalNs,
    taken: known.taken,
    released: known.released,
    era: claims.era,
    granted: claims.granted,
    granted_before: claims.grantedBefore,
    attempts: claims.attempts,
    held: claims.held,
    unknown: claims.unknown,
    soldOut: claims.soldOut,
    losses: claims.losses,
    confirmed: claims.confirmed,
    lot_key: lottery?.key ?? '',
    lot_from: lottery?.from ?? 0,
    lot_to: lottery?.to ?? 0,
    pace_rate: pace.rateMilli,
    pace_revision: pace.revision,
    seats: known.seats,
    ends_us: known.endsUs,
    sessions_ended: known.sessionsEndedUs,
  };
}

/** Left out of the call where there is nothing, as in most calls. */
function listOf<T, U>(list: readonly T[], text: (one: T) => U): U[] | undefined {
  return list.length === 0 ? undefined : list.map(text);
}

function eventsOf(events: readonly PlaceEvent[]): string[] | undefined {
  return listOf(events, ({ claimant, place }) => [claimant, placeText(place)])?.flat();
}

/** The limits' rates travel once a call; each ask says by a bit mask which of them it is charged to. */
function limitsOf(asks: readonly Ask[]): object[] | undefined {
  const limits = asks.find((ask) => ask.limits.length > 0)?.limits;
  return limits?.map(({ intervalNs, toleranceNs }, index) => ({ interval: intervalNs, tolerance: toleranceNs, index }));
}

/** Of each ask what it is and brings, its claimant, and what it brings, in one list. */
function wordsOf(asks: readonly Ask[], keys: string[], names: CampaignKeys, seated: boolean): Array<string | number> {
  const words: Array<string | number> = [];
  for (const { kind, claimant, place, toldMs, buckets, ledger, seat, barred } of asks) {
    let mask = 0;
    for (let limit = 0; limit < buckets.length; limit++) {
      const bucket = buckets[limit];
      if (bucket === null || bucket === undefined) continue;
      mask |= 1 << limit;
      keys.push(names.bucketPrefix + bucket);
    }
    const head = words.push(KINDS[kind], claimant) - 2;
    let brings: number = KINDS[kind];
    if (place !== null) {
      brings |= WITH_TICKET;
      words.push(`${placeText(place)}.${toldMs}`);
    }
    if (mask !== 0) {
      brings |= WITH_CHARGES;
      words.push(mask);
    }
    if (ledger) {
      brings |= WITH_LEDGER;
      keys.push(names.claimPrefix + ledger.key);
      words.push(ledger.attempt, ledger.repeats, ledger.memo);
    }
    if (seated && seat) {
      brings |= WITH_SEAT;
      words.push(seat);
    }
    if (barred !== undefined) brings |= IS_BARRED;
    words[head] = brings;
  }
  return words;
}

function placeText(place: Place): string {
  return `${place.line}.${place.number}.${place.returns}`;
}
