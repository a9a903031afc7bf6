/**
 * A campaign's store in lanes: two calls instead of one. First the lanes, all at once: what is known for good is answered,
 * places are looked up, and the claimants' own buckets are charged. Then the line, which decides as it does without lanes.
 * Then the lanes hear what came of it: new places, before anybody is told of one; what was charged and came to nothing;
 * final answers. What always holds:
 *
 * - Every decision is the line's: what is cut off between two calls can cost a claimant a token, or a number that nobody
 *   uses, and nothing else.
 * - Calls reach the line in the order in which they were made, however long the lanes take.
 * - While a lane is away its claimants' asks fail; those of the others go on.
 */
import { StoreUnavailableError } from '../kernel/errors.js';
import type { Ask } from './ask.js';
import type { CampaignStore, DoneReply, ExchangeCall, ExchangeReply } from './exchange.js';
import { FinalAnswers } from './final-answers.js';
import { type KeptPlace, type Lane, type LaneAnswer, type LaneAsk, type LineCopies, laneOf } from './lane.js';
import {
  answeredByLane,
  correction,
  forLine,
  hasCharged,
  type LanePart,
  lanePart,
  placeChange,
  together,
  withPlace,
} from './lane-part.js';

export interface LanedStoreOptions {
  readonly line: CampaignStore;
  readonly lanes: readonly Lane[];
  readonly copies: LineCopies;
  /** Then nobody is charged for a call that would not be made. */
  readonly lineIsAway: () => boolean;
}

type Parts = ReadonlyArray<LanePart | null>;
type Result = DoneReply['results'][number];

interface Correction {
  readonly part: LanePart;
  readonly kind: 'owe' | 'give';
}

export class LanedStore implements CampaignStore {
  readonly #final: FinalAnswers;
  /** Settled when the call before has gone to the line. */
  #sent: Promise<unknown> = Promise.resolve();
  /** Answers replayed by lanes that the line has not heard of. */
  #replays = 0;

  constructor(private readonly options: LanedStoreOptions) {
    this.#final = new FinalAnswers(options.lanes, options.copies);
  }

  async exchange(call: ExchangeCall): Promise<ExchangeReply> {
    if (this.options.lineIsAway()) throw new StoreUnavailableError('exchange', 0);
    const ready = Promise.all([this.#look(call.asks), this.#sent]);
    this.#sent = ready.catch(() => {});
    const [parts] = await ready;
    if (call.tick) void this.#final.letGo();
    return this.#decide(call, parts);
  }

  async #look(asks: readonly Ask[]): Promise<Parts> {
    if (asks.length === 0) return [];
    const { lanes } = this.options;
    const parts = asks.map((ask) => lanePart(ask, lanes.length));
    const answers = new Map<LaneAsk, LaneAnswer | null>();
    await Promise.all(
      byLane(parts.filter((part) => part !== null)).map(async ([lane, own]) => {
        const asked = own.map(({ ask }) => ask);
        const said = await lanes[lane]!.answer(asked).catch(unlessAway);
        for (const [at, ask] of asked.entries()) answers.set(ask, said?.[at] ?? null);
      }),
    );
    return parts.map((part) => (part === null ? null : { ...part, answer: answers.get(part.ask) ?? null }));
  }

  async #decide(call: ExchangeCall, parts: Parts): Promise<ExchangeReply> {
    const results = call.asks.map((ask, at) => (parts[at] ? answeredByLane(ask, parts[at]) : null));
    const left = call.asks.flatMap((_, at) => (results[at] === null ? [at] : []));
    const replays = this.#takeReplays(results);
    const asks = left.map((at) => forLine(call.asks[at]!, parts[at]!));
    const events = replays === 0 ? call.events : { ...call.events, replays: call.events.replays + replays };
    let reply: ExchangeReply | null = null;
    try {
      reply = await this.options.line.exchange({ ...call, asks, events });
    } finally {
      if (reply?.kind !== 'done') this.#replays += replays;
    }
    if (reply.kind === 'late') {
      this.#correct(parts.flatMap((part) => (part !== null && hasCharged(part) ? [{ part, kind: 'give' }] : [])));
      return reply;
    }
    this.#received(call, parts, left, reply);
    const places = await this.#writePlaces(call, parts, left, reply);
    const wrong: Correction[] = [];
    left.forEach((at, i) => {
      const part = parts[at];
      const result = withPlace(reply.results[i]!, places.get(at) ?? null);
      const kind = part ? correction(part, result) : null;
      if (part && kind !== null) wrong.push({ part, kind });
      results[at] = part && result.kind !== 'unavailable' ? together(result, part) : result;
    });
    this.#correct(wrong);
    return { ...reply, results: results as DoneReply['results'] };
  }

  #takeReplays(results: ReadonlyArray<Result | null>): number {
    const replays = this.#replays + results.filter((result) => result?.kind === 'recorded').length;
    this.#replays = 0;
    return replays;
  }

  /** What the line has heard, the lanes hear as well. */
  #received({ asks, settings, events }: ExchangeCall, parts: Parts, left: readonly number[], reply: DoneReply): void {
    const { view, results } = reply;
    left.forEach((at, i) => {
      const [part, { kind }, ledger] = [parts[at], results[i]!, asks[at]!.ledger];
      if (!part || !ledger || (kind !== 'enter' && kind !== 'door')) return;
      this.#final.opened(ledger.attempt, part.lane, view.nowUs + settings.claims.leaseMs * 1000, view.nowUs);
    });
    this.#final.settled(events.settled, view);
    const over = [...events.spent, ...events.given].map(({ claimant, place }) => ({
      claimant,
      seen: place,
      next: null,
    }));
    const kept = events.retained.map(({ claimant, place }) => {
      return { claimant, seen: place, next: { place, toldMs: view.lineMs } };
    });
    const changes = [...over, ...kept].map((change) => ({
      change,
      lane: laneOf(change.claimant, this.options.lanes.length),
    }));
    // Nobody waits for it: a number that is used up is told by the line.
    for (const [lane, own] of byLane(changes)) {
      const told = own.map(({ change }) => change);
      void this.options.lanes[lane]!.change(told).catch(() => {});
    }
  }

  /** @returns by ask, the place that its lane has now */
  async #writePlaces(
    call: ExchangeCall,
    parts: Parts,
    left: readonly number[],
    reply: DoneReply,
  ): Promise<ReadonlyMap<number, KeptPlace | null>> {
    const changes = left.flatMap((at, i) => {
      const part = parts[at];
      const change = part ? placeChange(part, reply.results[i]!, call.asks[at]!.toldMs) : null;
      return change === null ? [] : [{ at, lane: part!.lane, change }];
    });
    const places = new Map<number, KeptPlace | null>();
    await Promise.all(
      byLane(changes).map(async ([lane, own]) => {
        const asked = own.map(({ change }) => change);
        // Where a lane does not answer, tickets tell the places.
        const now = await this.options.lanes[lane]!.change(asked).catch(unlessAway);
        own.forEach(({ at }, i) => void places.set(at, now?.[i] ?? null));
      }),
    );
    return places;
  }

  /** Nobody waits for it. What cannot be given back stays charged, as after any call without an answer. */
  #correct(corrections: readonly Correction[]): void {
    const charges = corrections.map(({ part: { lane, ask }, kind }) => {
      return { lane, ask: { ...ask, kind, claimant: null, entry: null } };
    });
    const some = charges.filter(({ ask }) => ask.buckets.some((bucket) => bucket !== null));
    for (const [lane, own] of byLane(some)) {
      const asks = own.map(({ ask }) => ask);
      void this.options.lanes[lane]!.answer(asks).catch(() => {});
    }
  }
}

function byLane<T extends { readonly lane: number }>(all: readonly T[]): Array<[lane: number, own: T[]]> {
  const lanes = new Map<number, T[]>();
  for (const one of all) {
    const own = lanes.get(one.lane) ?? [];
    lanes.set(one.lane, own);
    own.push(one);
  }
  return [...lanes];
}

function unlessAway(fault: unknown): null {
  if (fault instanceof StoreUnavailableError) return null;
  throw fault;
}
