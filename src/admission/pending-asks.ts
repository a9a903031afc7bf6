/** Asks that gather until the next call, in the order in which they came. */
import type { Clock } from '../kernel/clock.js';
import type { StoreUnavailableError } from '../kernel/errors.js';
import type { Ask, AskResult } from './ask.js';

const MOST_ASKS_A_CALL = 100;
/** Asks that may gather; beyond it the gateway is overloaded. */
const MOST_GATHERED = 20_000;

export interface AskListener {
  /** @param decidedAtUs - when the store decided, local monotonic time, at the latest */
  answered(result: AskResult, decidedAtUs: number): void;
  failed(fault: StoreUnavailableError | 'overloaded'): void;
}

export interface PendingAsk {
  readonly ask: Ask;
  readonly listener: AskListener;
  readonly sinceUs: number;
}

export class PendingAsks {
  #asks: PendingAsk[] = [];

  constructor(private readonly clock: Clock) {}

  get count(): number {
    return this.#asks.length;
  }

  /** How long the oldest has waited, in milliseconds; 0: there is none. */
  get oldestMs(): number {
    const oldest = this.#asks[0];
    return oldest === undefined ? 0 : (this.clock.monotonicUs() - oldest.sinceUs) / 1000;
  }

  /** @returns false when too many gather already */
  add(ask: Ask, listener: AskListener): boolean {
    if (this.#asks.length >= MOST_GATHERED) return false;
    this.#asks.push({ ask, listener, sinceUs: this.clock.monotonicUs() });
    return true;
  }

  /** Once more, with the wait it has had. */
  putBack(ask: PendingAsk): void {
    this.#asks.push(ask);
  }

  /** Those of the next call. */
  take(): PendingAsk[] {
    const asks = this.#asks;
    const count = asksOfOneCall(asks);
    this.#asks = count === asks.length ? [] : asks.slice(count);
    return count === asks.length ? asks : asks.slice(0, count);
  }
}

/** A call takes asks by one set of limits only: after a reload, some may still go by the one before. */
function asksOfOneCall(asks: readonly PendingAsk[]): number {
  const most = Math.min(asks.length, MOST_ASKS_A_CALL);
  let limits: Ask['limits'] | null = null;
  for (let count = 0; count < most; count++) {
    const own = asks[count]!.ask.limits;
    if (own.length === 0) continue;
    if (limits !== null && own !== limits) return count;
    limits = own;
  }
  return most;
}
