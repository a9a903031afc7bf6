/**
 * Tickets as streams of events (WHATWG HTML, section 9.2), fed from the campaign's mirror alone: no stream has a timer
 * or a store call of its own. One timer a campaign goes round all of them in a second, a few at a time, and tells
 * each what has changed; whoever is called meanwhile is told with the next turn.
 *
 *   open ──state or position changed──▶ told ──sold-out, ended, claimed, left──▶ closed
 *     │ nothing for 15 s: heartbeat                │ reader away or too slow, epoch over, gateway stops ──▶ closed
 */
import type { Response } from 'express';
import type { Clock, Timer } from '../kernel/clock.js';
import type { Random } from '../kernel/random.js';
import type { Counter } from '../metrics/instruments.js';
import { turnOf } from '../waiting-room/lottery.js';
import { type LineIndex, MAIN, type Place } from '../waiting-room/place.js';
import type { TicketDocument } from '../waiting-room/ticket-document.js';
import type { CampaignContext } from './campaign-context.js';
import type { TicketReading } from './identity.js';
import { apiSecurityHeaders } from './security-headers.js';
import { eventId, HEARTBEAT, isOver, retryHint, streamEvent } from './stream-events.js';
import { currentDocument } from './ticket-answers.js';

const TURN_MS = 50;
/** Turns until everybody had theirs: one second. So many that none of them holds the event loop up. */
const TURNS = 20;
/** Visits without news until a heartbeat keeps proxies from closing the connection: 15 seconds. */
const QUIET_VISITS = 15;
/** What a reader may leave unread inside this process; beyond, it is cut off. */
const MOST_UNSENT_BYTES = 16_384;
/** Streams of one place: devices of one person. */
const MOST_A_PLACE = 4;
/** Readers who lose their gateway come back within this time, at random; a large crowd takes longer. */
const RETRY_MS = 1000;
const RETRY_SPREAD_MS = 4000;
const RECONNECTS_PER_MS = 2;

const FIELDS = [
  ...['Content-Type', 'text/event-stream', 'Cache-Control', 'no-store', 'Connection', 'close'],
  // nginx would gather events otherwise.
  ...['X-Accel-Buffering', 'no', ...apiSecurityHeaders],
];

interface Stream {
  readonly res: Response;
  readonly place: Place;
  readonly epoch: number;
  reading: Extract<TicketReading, { kind: 'ticket' }>;
  /** Under which turn it is found. */
  listedAs: number;
  toldId: string;
  quietVisits: number;
  /** Whether its beginning is one round ago, so that no two positions come within a second. */
  settled: boolean;
}

export interface TicketStreamsOptions {
  readonly context: CampaignContext;
  readonly clock: Clock;
  readonly random: Random;
  /** Of all streams together. */
  readonly most: number;
  readonly opened: Counter;
}

export class TicketStreams {
  readonly #turns: ReadonlyArray<Set<Stream>> = Array.from({ length: TURNS }, () => new Set());
  /** By whose turn it is, for each of the two lines; before lots are drawn, below 0. */
  readonly #places: readonly [Map<number, Stream[]>, Map<number, Stream[]>] = [new Map(), new Map()];
  #drawn = true;
  /** Up to where calls have been told. */
  readonly #heads: [number, number] = [0, 0];
  #open = 0;
  #opened = 0;
  #turn = 0;
  #dueUs = 0;
  #timer: Timer | null = null;
  #stopped = false;

  constructor(private readonly options: TicketStreamsOptions) {}

  /** How many are open. */
  get open(): number {
    return this.#open;
  }

  /** Whether one more may be opened for `place`. */
  takes(place: Place): boolean {
    const ofPlace = this.#places[place.line].get(this.#turnOf(place))?.length ?? 0;
    return !this.#stopped && this.#open < this.options.most && ofPlace < MOST_A_PLACE;
  }

  /**
   * Answers with the stream of a ticket.
   * @param lastId - `Last-Event-ID` of a reader who is back; what it has heard already is not said again
   */
  begin(res: Response, reading: Stream['reading'], lastId: string | undefined, fields: readonly string[]): void {
    const { place, epoch } = reading.ticket;
    const { context, clock, random, opened } = this.options;
    const document = currentDocument(context, place, reading, null, random);
    opened.inc();
    res.req.facts.streamedUs = clock.monotonicUs();
    if (isOver(document) && eventId(document) === lastId) {
      // For a browser's EventSource: there is nothing to come back for.
      res.writeHead(204, [...apiSecurityHeaders, 'Cache-Control', 'no-store', ...fields]).end();
      return;
    }
    res.writeHead(200, [...FIELDS, ...fields]);
    res.write(retryHint(RETRY_MS + random() * RETRY_SPREAD_MS));
    const toldId = lastId ?? '';
    const stream: Stream = { res, place, epoch, reading, listedAs: 0, toldId, quietVisits: 0, settled: false };
    this.#add(stream);
    this.#tell(stream, document);
  }

  /** The gateway stops: everybody is told to come back, each at another time. */
  stop(): void {
    const { random } = this.options;
    const spreadMs = Math.max(RETRY_SPREAD_MS, this.#open / RECONNECTS_PER_MS);
    this.#stopped = true;
    this.#timer?.cancel();
    this.#timer = null;
    for (const turn of this.#turns) {
      for (const { res } of turn) res.end(retryHint(RETRY_MS + random() * spreadMs));
    }
  }

  #add(stream: Stream): void {
    const turn = this.#turns[this.#opened++ % TURNS]!;
    turn.add(stream);
    this.#list(stream);
    this.#open++;
    stream.res.on('close', () => {
      if (!turn.delete(stream)) return;
      this.#open--;
      this.#unlist(stream);
    });
    if (this.#timer !== null) return;
    const heads = this.options.context.link.view?.heads ?? [0, 0];
    this.#heads[0] = heads[0];
    this.#heads[1] = heads[1];
    this.#dueUs = this.options.clock.monotonicUs();
    this.#nextTurn();
  }

  #list(stream: Stream): void {
    const { place } = stream;
    const places = this.#places[place.line];
    stream.listedAs = this.#turnOf(place);
    if (stream.listedAs < 0) this.#drawn = false;
    places.set(stream.listedAs, [...(places.get(stream.listedAs) ?? []), stream]);
  }

  #unlist(stream: Stream): void {
    const places = this.#places[stream.place.line];
    const others = places.get(stream.listedAs)?.filter((other) => other !== stream) ?? [];
    if (others.length === 0) places.delete(stream.listedAs);
    else places.set(stream.listedAs, others);
  }

  #turnOf(place: Place): number {
    return turnOf(place, this.options.context.link.view?.lottery ?? null) ?? -place.number;
  }

  /** Lots have been drawn: everybody has a turn now. */
  #listAnew(): void {
    if (this.#drawn || this.options.context.link.view?.lottery?.from === 0) return;
    this.#drawn = true;
    this.#places[MAIN].clear();
    for (const turn of this.#turns) {
      for (const stream of turn) if (stream.place.line === MAIN) this.#list(stream);
    }
  }

  #nextTurn(): void {
    const { clock } = this.options;
    const nowUs = clock.monotonicUs();
    // A loop that was held up does not make up for it.
    this.#dueUs = Math.max(this.#dueUs + TURN_MS * 1000, nowUs);
    this.#timer = clock.after((this.#dueUs - nowUs) / 1000, this.#visit);
  }

  readonly #visit = (): void => {
    this.#timer = null;
    if (this.#open === 0 || this.#stopped) return;
    this.options.context.link.touch();
    this.#listAnew();
    this.#tellCalled(0);
    this.#tellCalled(1);
    this.#turn = (this.#turn + 1) % TURNS;
    for (const stream of this.#turns[this.#turn]!) {
      if (stream.settled) this.#look(stream);
      stream.settled = true;
    }
    this.#nextTurn();
  };

  #tellCalled(line: LineIndex): void {
    const from = this.#heads[line];
    const to = this.options.context.link.view?.heads[line] ?? from;
    this.#heads[line] = to;
    const places = this.#places[line];
    if (to - from > places.size) {
      for (const [number, streams] of places) if (number > from && number <= to) this.#lookAll(streams);
    } else {
      for (let number = from + 1; number <= to; number++) this.#lookAll(places.get(number));
    }
  }

  #lookAll(streams: readonly Stream[] | undefined): void {
    if (streams !== undefined) for (const stream of streams) this.#look(stream);
  }

  #look(stream: Stream): void {
    const { context, random } = this.options;
    if (stream.epoch !== (context.link.view?.epoch ?? stream.epoch)) {
      // Its ticket is outdated, as the reader will be told when it comes back.
      stream.res.end();
      return;
    }
    this.#tell(stream, currentDocument(context, stream.place, stream.reading, null, random));
  }

  #tell(stream: Stream, document: TicketDocument): void {
    const { res } = stream;
    if (res.writableEnded) return;
    const id = eventId(document);
    if (id !== stream.toldId) {
      stream.toldId = id;
      stream.quietVisits = 0;
      this.#renew(stream, document.ticket);
      res.write(streamEvent(id, document));
    } else if (++stream.quietVisits >= QUIET_VISITS) {
      stream.quietVisits = 0;
      res.write(HEARTBEAT);
    }
    if (isOver(document)) res.end();
    else if (res.writableLength > MOST_UNSENT_BYTES) res.destroy();
  }

  /** The ticket says from now on when its owner was told of the call. */
  #renew(stream: Stream, text: string): void {
    if (text === stream.reading.text) return;
    const ticket = this.options.context.tickets.verify(text);
    if (ticket !== null) stream.reading = { kind: 'ticket', text, ticket };
  }
}
