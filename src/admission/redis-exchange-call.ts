/** A call to `exchange.lua` as keys and arguments, in the order in which the script reads them. */
import type { RedisArgument } from '../redis/connection.js';
import type { CampaignKeys } from '../redis/keys.js';
import type { Place } from '../waiting-room/place.js';
import type { Ask } from './ask.js';
import type { ExchangeCall, PlaceEvent, SeatEvent, Settlement, SoldOutSign } from './exchange.js';
import type { ExchangeSettings } from './exchange-settings.js';

/** In place of an empty word. */
const NONE = '-';
/** In place of the time of a draw. */
const NO_LOTTERY = -1;
/** How an allowance without a bound is written. */
const UNBOUNDED = -1;
/** How an ask's kind is written. */
const KINDS = { join: 0, claim: 1, pass: 2, find: 3, recall: 4, refund: 5, spare: 6 } as const;
/** Added to the kind: what follows the claimant, in this order. Most asks bring little, and each text costs both sides. */
const WITH_TICKET = 8;
const WITH_CHARGES = 16;
const WITH_LEDGER = 32;
const WITH_SEAT = 64;
/** Brings nothing: a limit that is kept elsewhere has refused. */
const IS_BARRED = 128;

/** The settings in the order in which the script reads them. */
export function settingTexts(settings: ExchangeSettings): string[] {
  return [
    settings.door.intervalNs,
    settings.door.toleranceNs,
    settings.horizonUs,
    settings.slots,
    settings.slotLeaseMs,
    settings.open ? 1 : 0,
    settings.queue ? 1 : 0,
    settings.maxWaiting,
    settings.graceMs,
    settings.leadMs,
    settings.dwellMs,
    settings.pollMaxMs,
    settings.doorStayMs,
    settings.skip,
    settings.claims.ledger ? 1 : 0,
    settings.claims.budget,
    settings.claims.leaseMs,
    settings.claims.strict ? 1 : 0,
    settings.revision,
    settings.lottery?.drawAtUs ?? NO_LOTTERY,
    settings.lottery?.key ?? '',
    settings.reserveNs,
    settings.pace.enabled ? 1 : 0,
    settings.pace.configuredMilli,
    settings.pace.leastMilli,
    settings.sessions?.maxActive ?? 0,
    settings.sessions?.ttlMs ?? 0,
  ].map(String);
}

/**
 * @param settings - from `settingTexts`
 * @param keys - those of the call's own are added
 */
export function encodeCall(
  call: ExchangeCall,
  nowUs: string,
  settings: readonly string[],
  keys: string[],
  names: CampaignKeys,
): RedisArgument[] {
  const { known, events } = call;
  const args: RedisArgument[] = [
    nowUs,
    call.gateway,
    call.generation,
    call.notAfterUs,
    ...settings,
    known.epoch,
    known.generation,
    known.heads[0],
    known.heads[1],
    known.tails[0],
    known.tails[1],
    known.doorTat,
    known.doorIntervalNs,
    known.taken,
    known.released,
    known.claims.era,
    known.claims.granted,
    known.claims.grantedBefore,
    known.claims.attempts,
    known.claims.held,
    known.claims.unknown,
    known.claims.soldOut,
    known.claims.losses,
    known.claims.confirmed,
    known.lottery?.key ?? '',
    known.lottery?.from ?? 0,
    known.lottery?.to ?? 0,
    known.pace.rateMilli,
    known.pace.revision,
    known.seats,
    known.endsUs,
    known.sessionsEndedUs,
    Number.isFinite(call.allowance) ? call.allowance : UNBOUNDED,
    events.health.served,
    events.health.dropped,
    events.health.restUs,
  ];
  pushPlaces(args, events.entered);
  pushPlaces(args, events.gone);
  pushEvents(args, [...events.spent, ...events.given]);
  pushEvents(args, events.retained);
  pushSettled(args, events.settled, keys, names.claimPrefix);
  pushSigns(args, events.signs);
  pushSeats(args, events.seats);
  args.push(events.replays, call.tick ? 1 : 0, call.permits);
  pushAsks(args, call.asks, keys, names, call.settings.sessions !== null);
  return args;
}

function pushPlaces(args: RedisArgument[], places: readonly Place[]): void {
  args.push(places.length);
  for (const place of places) args.push(placeText(place));
}

function pushEvents(args: RedisArgument[], events: readonly PlaceEvent[]): void {
  args.push(events.length);
  for (const { claimant, place } of events) args.push(claimant, placeText(place));
}

/** One text a settlement: what it says, blank by blank, and the entry's own text to the end. */
function pushSettled(args: RedisArgument[], settled: readonly Settlement[], keys: string[], prefix: string): void {
  args.push(settled.length);
  for (const { key, attempt, outcome, text, keepMs, markMs, counts, generation, era } of settled) {
    keys.push(prefix + key);
    args.push(`${attempt} ${outcome} ${keepMs} ${markMs} ${counts ? 1 : 0} ${generation || NONE} ${era} ${text}`);
  }
}

function pushSigns(args: RedisArgument[], signs: readonly SoldOutSign[]): void {
  args.push(signs.length);
  for (const { claimant, sign } of signs) args.push(claimant, sign);
}

function pushSeats(args: RedisArgument[], seats: readonly SeatEvent[]): void {
  args.push(seats.length);
  for (const { claimant, seat, begins } of seats) args.push(claimant, seat, begins ? 1 : 0);
}

/** The limits' rates travel once a call; each ask says by a bit mask which of them it is charged to. */
function pushAsks(
  args: RedisArgument[],
  asks: readonly Ask[],
  keys: string[],
  names: CampaignKeys,
  seated: boolean,
): void {
  const limits = asks.find((ask) => ask.limits.length > 0)?.limits ?? [];
  args.push(limits.length);
  for (const rate of limits) args.push(rate.intervalNs, rate.toleranceNs);
  args.push(asks.length);
  for (const { kind, claimant, place, toldMs, buckets, ledger, seat, barred } of asks) {
    let mask = 0;
    for (let limit = 0; limit < buckets.length; limit++) {
      const bucket = buckets[limit];
      if (bucket === null || bucket === undefined) continue;
      mask |= 1 << limit;
      keys.push(names.bucketPrefix + bucket);
    }
    const head = args.push(KINDS[kind], claimant) - 2;
    let brings: number = KINDS[kind];
    if (place !== null) {
      brings |= WITH_TICKET;
      args.push(`${placeText(place)}.${toldMs}`);
    }
    if (mask !== 0) {
      brings |= WITH_CHARGES;
      args.push(mask);
    }
    if (ledger) {
      brings |= WITH_LEDGER;
      keys.push(names.claimPrefix + ledger.key);
      args.push(`${ledger.attempt} ${ledger.repeats || NONE} ${ledger.memo}`);
    }
    if (seated && seat) {
      brings |= WITH_SEAT;
      args.push(seat);
    }
    if (barred !== undefined) brings |= IS_BARRED;
    args[head] = brings;
  }
}

function placeText(place: Place): string {
  return `${place.line}.${place.number}.${place.returns}`;
}
