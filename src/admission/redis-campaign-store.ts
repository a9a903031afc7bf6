/** One campaign's shared state on Redis: `exchange.lua`, and the texts that travel to it and back. */
import type { RedisArgument } from '../redis/connection.js';
import { type CampaignKeys, campaignKeys } from '../redis/keys.js';
import type { Script } from '../redis/script.js';
import type { StoreCalls } from '../redis/store-calls.js';
import type { Gap } from '../waiting-room/gaps.js';
import type { Lottery } from '../waiting-room/lottery.js';
import type { LineIndex, Place } from '../waiting-room/place.js';
import type {
  Ask,
  AskResult,
  CampaignStore,
  ClaimsView,
  ExchangeCall,
  ExchangeReply,
  ExchangeSettings,
  PlaceEvent,
  SeatEvent,
  SessionEnd,
  Settlement,
  SoldOutSign,
  StoreView,
} from './exchange.js';

export interface RedisCampaignStoreOptions {
  readonly calls: StoreCalls;
  readonly script: Script;
  readonly keyPrefix: string;
  readonly upstream: string;
  readonly campaign: string;
  /** Whether places are kept in lanes: asks bring them along. Left out: the line keeps them. */
  readonly placesAway?: boolean;
  /** Tests only: store time in microseconds, instead of the server's clock. */
  readonly storeTimeUs?: () => number;
}

export class RedisCampaignStore implements CampaignStore {
  readonly #keys: CampaignKeys;
  #settings: ExchangeSettings | null = null;
  #settingTexts: readonly string[] = [];

  constructor(private readonly options: RedisCampaignStoreOptions) {
    this.#keys = campaignKeys(options.keyPrefix, options.upstream, options.campaign);
  }

  async exchange(call: ExchangeCall): Promise<ExchangeReply> {
    const { calls, script, storeTimeUs } = this.options;
    const keys = [...this.#keys.fixed];
    const nowUs = storeTimeUs === undefined ? '' : String(storeTimeUs());
    const args = encodeCall(call, nowUs, this.#textsOf(call.settings), keys, this.#keys);
    return decodeReply((await calls.call(script, keys, args)) as Wire, call);
  }

  /** Settings are made anew only when something in them changes: nearly every call brings those of the one before. */
  #textsOf(settings: ExchangeSettings): readonly string[] {
    if (settings !== this.#settings) {
      this.#settings = settings;
      this.#settingTexts = [...settingTexts(settings), this.options.placesAway === true ? '1' : '0'];
    }
    return this.#settingTexts;
  }
}

/** Flat: whole numbers, and texts where a number could lose digits. The last of all is the results of the asks, as flat. */
type Wire = ReadonlyArray<number | string | Wire>;

/** In place of an empty word. */
const NONE = '-';
const ENTER = 1;
const AT_DOOR = 2;
const WAIT = 3;
const LIMITED = 4;
const INSIDE = 5;
const SHUT = 6;
const FULL = 7;
const PASS = 8;
const RECORDED = 10;
const UNTRUSTED = 11;
const ENTER_JOINED = 12;
/** A limit that is kept elsewhere has refused. */
const BARRED = 13;
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
function settingTexts(settings: ExchangeSettings): string[] {
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

function encodeCall(
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

function decodeReply(wire: Wire, call: ExchangeCall): ExchangeReply {
  if (wire[0] === 0) return { kind: 'late', nowUs: Number(wire[1]) };
  const reader = new Reader(wire, 1);
  const view = readView(reader);
  const permits: number[] = [];
  for (let left = reader.number(); left > 0; left--) permits.push(reader.number());
  const results = new Reader(reader.list(), 0);
  return { kind: 'done', view, permits, results: call.asks.map((ask) => readResult(results, ask)) };
}

class Reader {
  constructor(
    private readonly wire: Wire,
    private at: number,
  ) {}

  number(): number {
    return Number(this.wire[this.at++]);
  }

  text(): string {
    return String(this.wire[this.at++]);
  }

  list(): Wire {
    return this.wire[this.at++] as Wire;
  }

  pair(): [number, number] {
    return [this.number(), this.number()];
  }
}

function readView(reader: Reader): StoreView {
  return {
    nowUs: reader.number(),
    lineMs: reader.number(),
    epoch: reader.number(),
    generation: reader.text(),
    heads: reader.pair(),
    tails: reader.pair(),
    lapsed: reader.pair(),
    doorTat: reader.number(),
    doorIntervalNs: reader.number(),
    atDoor: reader.number(),
    show: reader.number() / 1e6,
    callsPerSecond: reader.number() / 1e3,
    gateways: reader.number(),
    taken: reader.number(),
    slotsInUse: reader.number(),
    loss: reader.number() === 1,
    ticked: reader.number() === 1,
    claims: readClaims(reader),
    settingsRevision: reader.number(),
    gaps: readGaps(reader.text()),
    lottery: readLottery(reader.text(), reader.number(), reader.number()),
    pace: { rateMilli: reader.number(), revision: reader.number(), restUntilUs: reader.number() },
    seats: reader.number(),
    sessionsEndedUs: reader.number(),
    sessionEnds: readEnds(reader),
  };
}

const NO_ENDS: readonly SessionEnd[] = [];

function readEnds(reader: Reader): readonly SessionEnd[] {
  const count = reader.number();
  if (count === 0) return NO_ENDS;
  return Array.from({ length: count }, () => ({ claimant: reader.text(), endedUs: reader.number() }));
}

const NO_GAPS: readonly Gap[] = [];

function readGaps(text: string): readonly Gap[] {
  if (text === '') return NO_GAPS;
  return text
    .slice(0, -1)
    .split(';')
    .map((row) => {
      const [line, from, to] = row.split(' ').map(Number);
      return { line: line as LineIndex, from: from!, to: to! };
    });
}

function readLottery(key: string, from: number, to: number): Lottery | null {
  return key === '' ? null : { key, from, to };
}

function readClaims(reader: Reader): ClaimsView {
  return {
    era: reader.number(),
    granted: reader.number(),
    grantedBefore: 0,
    attempts: reader.number(),
    held: reader.number(),
    soldOut: reader.number(),
    losses: reader.number(),
    confirmed: reader.number(),
    unknown: reader.number(),
    lost: reader.number(),
    signs: reader.number(),
  };
}

function readResult(reader: Reader, ask: Ask): AskResult {
  const kind = reader.number();
  const line = reader.number();
  const number = reader.number();
  const returns = reader.number();
  const text = reader.text();
  const detail = Number(text);
  const remaining = ask.buckets.map((bucket) => (bucket === null ? null : reader.number()));
  const place: Place = { line: line as LineIndex, number, returns };
  switch (kind) {
    case ENTER:
      return { kind: 'enter', place: number === 0 ? null : place, departInUs: detail, remaining };
    case ENTER_JOINED:
      return { kind: 'enter', place, departInUs: detail, remaining, joined: true };
    case AT_DOOR:
      return { kind: 'door', place, joined: detail === 1, remaining };
    case WAIT:
      return { kind: 'wait', place, joined: detail === 1, remaining };
    case LIMITED:
      return { kind: 'limited', limit: line, waitMs: detail, remaining };
    case BARRED:
      return { kind: 'limited', ...ask.barred!, remaining };
    case INSIDE:
      return { kind: 'inside', place };
    case SHUT:
      return { kind: 'shut' };
    case FULL:
      return { kind: 'full' };
    case PASS:
      return { kind: 'pass', remaining };
    case RECORDED:
      return { kind: 'recorded', text };
    case UNTRUSTED:
      return { kind: 'untrusted' };
    default:
      return { kind: 'none' };
  }
}
