/** What `exchange.lua` answers, read in the order in which it writes. */
import type { Gap } from '../waiting-room/gaps.js';
import type { Lottery } from '../waiting-room/lottery.js';
import type { LineIndex, Place } from '../waiting-room/place.js';
import type { Ask, AskResult } from './ask.js';
import type { ClaimsView, ExchangeCall, ExchangeReply, SessionEnd, StoreView } from './exchange.js';

/** Flat: whole numbers, and texts where a number could lose digits. The last of all is the results of the asks, as flat. */
export type Wire = ReadonlyArray<number | string | Wire>;

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
/** Without a place. */
const ENTER_DIRECTLY = 14;

export function decodeReply(wire: Wire, call: ExchangeCall): ExchangeReply {
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

  place(): Place {
    return { line: this.number() as LineIndex, number: this.number(), returns: this.number() };
  }

  /** What each charged limit has left. */
  remaining({ buckets }: Ask): Array<number | null> {
    return buckets.map((bucket) => (bucket === null ? null : this.number()));
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

/** What a kind brings stands in the order of the members. */
function readResult(reader: Reader, ask: Ask): AskResult {
  switch (reader.number()) {
    case ENTER_DIRECTLY:
      return { kind: 'enter', place: null, departInUs: reader.number(), remaining: reader.remaining(ask) };
    case ENTER:
      return {
        kind: 'enter',
        place: reader.place(),
        departInUs: reader.number(),
        remaining: reader.remaining(ask),
      };
    case ENTER_JOINED:
      return {
        kind: 'enter',
        place: reader.place(),
        departInUs: reader.number(),
        remaining: reader.remaining(ask),
        joined: true,
      };
    case AT_DOOR:
      return {
        kind: 'door',
        place: reader.place(),
        joined: reader.number() === 1,
        remaining: reader.remaining(ask),
      };
    case WAIT:
      return {
        kind: 'wait',
        place: reader.place(),
        joined: reader.number() === 1,
        remaining: reader.remaining(ask),
      };
    case LIMITED:
      return {
        kind: 'limited',
        limit: reader.number(),
        waitMs: reader.number(),
        remaining: reader.remaining(ask),
      };
    case BARRED:
      return { kind: 'limited', ...ask.barred!, remaining: reader.remaining(ask) };
    case INSIDE:
      return { kind: 'inside', place: reader.place() };
    case SHUT:
      return { kind: 'shut' };
    case FULL:
      return { kind: 'full' };
    case PASS:
      return { kind: 'pass', remaining: reader.remaining(ask) };
    case RECORDED:
      return { kind: 'recorded', text: reader.text() };
    case UNTRUSTED:
      return { kind: 'untrusted' };
    default:
      return { kind: 'none' };
  }
}
