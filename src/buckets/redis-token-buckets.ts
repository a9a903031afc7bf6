/** Token buckets on Redis, shared by all who use the same limiter's name: `take-buckets.lua`, and its texts. */
import type { Clock } from '../kernel/clock.js';
import type { RedisArgument } from '../redis/connection.js';
import { limiterBucketPrefix } from '../redis/keys.js';
import type { Script } from '../redis/script.js';
import type { StoreCalls } from '../redis/store-calls.js';
import type { BucketRate } from './gcra.js';
import { type BatchReply, OrderBatches } from './order-batches.js';
import { checkOrder, levelAfter, levelOf, type Order, type Outcome, takeResult } from './orders.js';
import type { BucketLevel, Charge, TakeResult, TokenBuckets } from './token-buckets.js';

export interface RedisTokenBucketsOptions {
  readonly calls: StoreCalls;
  /** `take-buckets`. */
  readonly script: Script;
  readonly clock: Clock;
  /** That of `calls`, in milliseconds. */
  readonly deadlineMs: number;
  readonly keyPrefix: string;
  /** Names a set of buckets; its keys share one Redis Cluster slot. No braces. */
  readonly limiter: string;
  /** Tests only: store time in microseconds, instead of the server's clock. */
  readonly storeTimeUs?: () => number;
}

export class RedisTokenBuckets implements TokenBuckets {
  readonly #prefix: string;
  readonly #batches: OrderBatches;

  constructor(private readonly options: RedisTokenBucketsOptions) {
    const { script, clock, deadlineMs, keyPrefix, limiter } = options;
    this.#prefix = limiterBucketPrefix(keyPrefix, limiter);
    this.#batches = new OrderBatches({
      operation: script.name,
      clock,
      deadlineMs,
      send: (orders, notAfterUs, sinceUs) => this.#send(orders, notAfterUs, sinceUs),
    });
  }

  async take(charges: readonly Charge[]): Promise<TakeResult> {
    return takeResult(charges, await this.#order({ kind: 'take', charges }));
  }

  async penalize(charge: Charge): Promise<BucketLevel> {
    const { fullInNs } = await this.#order({ kind: 'penalty', charges: [charge] });
    return levelAfter(charge, fullInNs[0]!);
  }

  async put(bucket: string, rate: BucketRate, fullInNs: number): Promise<BucketLevel> {
    const outcome = await this.#order({ kind: 'put', charges: [{ bucket, rate, cost: fullInNs }] });
    return levelOf(outcome.fullInNs[0]!, rate);
  }

  #order(order: Order): Promise<Outcome> {
    checkOrder(order);
    return this.#batches.add(order);
  }

  async #send(orders: readonly Order[], notAfterUs: number, sinceUs: number): Promise<BatchReply> {
    const { calls, script, storeTimeUs } = this.options;
    const keys: string[] = [];
    const args: RedisArgument[] = [storeTimeUs === undefined ? '' : String(storeTimeUs()), notAfterUs];
    encodeOrders(orders, this.#prefix, keys, args);
    return decodeReply((await calls.call(script, keys, args, undefined, sinceUs)) as Wire, orders);
  }
}

const KINDS = { take: 0, penalty: 1, put: 2 } as const;

/** Flat: whole numbers, and texts where a number could lose digits. */
type Wire = ReadonlyArray<number | string>;

/** Rates travel once a call; a charge names its own by its index, from 1. */
function encodeOrders(orders: readonly Order[], prefix: string, keys: string[], args: RedisArgument[]): void {
  const indexes = new Map<BucketRate, number>();
  const rates: RedisArgument[] = [];
  const texts: RedisArgument[] = [];
  for (const { kind, charges } of orders) {
    texts.push(KINDS[kind], charges.length);
    for (const { bucket, rate, cost } of charges) {
      let index = indexes.get(rate);
      if (index === undefined) {
        index = indexes.size + 1;
        indexes.set(rate, index);
        rates.push(rate.intervalNs, rate.toleranceNs);
      }
      keys.push(prefix + bucket);
      texts.push(index, cost);
    }
  }
  args.push(indexes.size);
  for (const rate of rates) args.push(rate);
  args.push(orders.length);
  for (const text of texts) args.push(text);
}

function decodeReply(wire: Wire, orders: readonly Order[]): BatchReply {
  const nowUs = Number(wire[1]);
  if (wire[0] === 0) return { kind: 'late', nowUs };
  let at = 2;
  const outcomes = orders.map(({ charges }): Outcome => {
    const done = wire[at++] === 1;
    return { done, fullInNs: charges.map(() => Number(wire[at++])) };
  });
  return { kind: 'done', nowUs, outcomes };
}
