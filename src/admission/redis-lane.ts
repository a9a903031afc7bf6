/** One lane of a campaign on Redis: `lane.lua` and `lane-keep.lua`, and the texts that travel to them and back. */
import { type BucketRate, charged, remaining } from '../buckets/gcra.js';
import type { RedisArgument } from '../redis/connection.js';
import { type CampaignKeys, laneKeys } from '../redis/keys.js';
import type { Script, Scripts } from '../redis/script.js';
import type { StoreCalls } from '../redis/store-calls.js';
import type { LineIndex } from '../waiting-room/place.js';
import type { FinalAnswer, KeptPlace, Lane, LaneAnswer, LaneAsk, LineCopies, PlaceChange } from './lane.js';

export interface RedisLaneOptions {
  readonly calls: StoreCalls;
  readonly scripts: Scripts;
  readonly keyPrefix: string;
  readonly campaign: string;
  readonly lane: number;
  /** Tests only: store time in microseconds, instead of the server's clock. */
  readonly storeTimeUs?: () => number;
}

const KINDS = { look: 0, take: 1, give: 2, owe: 3 } as const;
/** Longer than a campaign without a single claim. */
const PLACES_MS = 30 * 86_400_000;

export class RedisLane implements Lane {
  readonly #names: ReturnType<typeof laneKeys>;
  readonly #answer: Script;
  readonly #change: Script;
  readonly #keep: Script;

  constructor(private readonly options: RedisLaneOptions) {
    this.#names = laneKeys(options.keyPrefix, options.campaign, options.lane);
    this.#answer = options.scripts.get('lane');
    this.#change = options.scripts.get('lane-places');
    this.#keep = options.scripts.get('lane-keep');
  }

  async answer(asks: readonly LaneAsk[]): Promise<readonly LaneAnswer[]> {
    const { calls, storeTimeUs } = this.options;
    const limits = asks.find((ask) => ask.limits.length > 0)?.limits ?? [];
    const keys = [this.#names.who];
    const args: RedisArgument[] = [storeTimeUs === undefined ? '' : String(storeTimeUs()), limits.length];
    for (const rate of limits) args.push(rate.intervalNs, rate.toleranceNs);
    args.push(asks.length);
    for (const ask of asks) this.#push(ask, keys, args);
    return decode((await calls.call(this.#answer, keys, args)) as Wire, asks, limits);
  }

  #push({ kind, claimant, entry, buckets }: LaneAsk, keys: string[], args: RedisArgument[]): void {
    let mask = 0;
    if (entry !== null) keys.push(this.#names.claimPrefix + entry);
    for (let limit = 0; limit < buckets.length; limit++) {
      const bucket = buckets[limit];
      if (bucket === null || bucket === undefined) continue;
      mask |= 1 << limit;
      keys.push(this.#names.bucketPrefix + bucket);
    }
    args.push(KINDS[kind], claimant ?? '', entry === null ? 0 : 1, mask);
  }

  async change(changes: readonly PlaceChange[]): Promise<ReadonlyArray<KeptPlace | null>> {
    const args: RedisArgument[] = [PLACES_MS];
    for (const { claimant, seen, next } of changes) {
      args.push(claimant, seen === null ? '' : `${seen.line}.${seen.number}`, next === null ? '' : placeText(next));
    }
    return ((await this.options.calls.call(this.#change, [this.#names.who], args)) as string[]).map(readPlace);
  }

  async keep(answers: readonly FinalAnswer[]): Promise<void> {
    const keys = answers.map(({ entry }) => this.#names.claimPrefix + entry);
    const args = answers.flatMap(({ text, keepMs }): RedisArgument[] => [text, keepMs]);
    await this.options.calls.call(this.#keep, keys, args);
  }
}

function placeText({ place: { line, number, returns }, toldMs }: KeptPlace): string {
  return `${line}.${number}.${returns}.${toldMs}`;
}

function readPlace(text: string): KeptPlace | null {
  if (text === '') return null;
  const [line, number, returns, toldMs] = text.split('.').map(Number) as [number, number, number, number];
  return { place: { line: line as LineIndex, number, returns }, toldMs };
}

type Wire = ReadonlyArray<number | string>;

function decode(wire: Wire, asks: readonly LaneAsk[], limits: readonly BucketRate[]): LaneAnswer[] {
  const nowNs = Number(wire[0]) * 1000;
  let at = 1;
  return asks.map(({ buckets }) => {
    const text = String(wire[at++]);
    const place = readPlace(String(wire[at++]));
    const [limit, waitMs] = [Number(wire[at++]), Number(wire[at++])];
    const arrivals = buckets.map((bucket) => (bucket === null ? null : Number(wire[at++])));
    const left = (cost: number) =>
      arrivals.map((tat, i) =>
        tat === null ? null : remaining(charged(tat, nowNs, limits[i]!, cost), nowNs, limits[i]!),
      );
    return {
      text: text === '' ? null : text,
      place,
      refused: limit < 0 ? null : { limit, waitMs },
      uncharged: left(0),
      charged: left(1),
    };
  });
}

/**
 * Longer than any call to the line is on its way after its claim was looked for in a lane: a call that is later than its
 * deadline, of at most 5 s, does nothing.
 */
const LINGER_MS = 15_000;

export class RedisLineCopies implements LineCopies {
  readonly #script: Script;

  /** @param keys - of the campaign's line */
  constructor(
    private readonly calls: StoreCalls,
    scripts: Scripts,
    private readonly keys: CampaignKeys,
  ) {
    this.#script = scripts.get('let-go');
  }

  async letGo(entries: readonly string[]): Promise<void> {
    const keys = entries.map((entry) => this.keys.claimPrefix + entry);
    await this.calls.call(this.#script, keys, [LINGER_MS]);
  }
}
