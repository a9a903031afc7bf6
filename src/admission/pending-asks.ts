/** Asks that gather until the next call, in the order in which they came, and what becomes of those that a call took. */
import type { Clock } from '../kernel/clock.js';
import { StoreUnavailableError } from '../kernel/errors.js';
import type { Ask, AskResult } from './ask.js';
import type { DoneReply } from './exchange.js';

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

  /** Once more, with the wait they have had; who has waited for `mostUs` fails. */
  askAgain(asks: readonly PendingAsk[], mostUs: number): void {
    const nowUs = this.clock.monotonicUs();
    for (const one of asks) {
      if (nowUs - one.sinceUs < mostUs) this.#asks.push(one);
      else one.listener.failed(unavailable(one, nowUs));
    }
  }

  /** Those of the next call. */
  take(): PendingAsk[] {
    const asks = this.#asks;
    const count = asksOfOneCall(asks);
    this.#asks = count === asks.length ? [] : asks.slice(count);
    return count === asks.length ? asks : asks.slice(0, count);
  }
}

/**
 * Each hears its own result.
 * @param decidedAtUs - when the store decided, local monotonic time, at the latest
 */
export function answerAsks(asks: readonly PendingAsk[], results: DoneReply['results'], decidedAtUs: number): void {
  for (let i = 0; i < asks.length; i++) {
    const one = asks[i]!;
    const result = results[i]!;
    if (result.kind !== 'unavailable') one.listener.answered(result, decidedAtUs);
    else one.listener.failed(unavailable(one, decidedAtUs));
  }
}

export function failAsks(asks: readonly PendingAsk[], fault: StoreUnavailableError): void {
  for (const { listener } of asks) listener.failed(fault);
}

/** Asks that may be given a permit. */
export function claimsIn(asks: readonly PendingAsk[]): number {
  let claims = 0;
  for (const { ask } of asks) if (ask.kind === 'claim' || ask.kind === 'spare') claims++;
  return claims;
}

function unavailable({ sinceUs }: PendingAsk, nowUs: number): StoreUnavailableError {
  return new StoreUnavailableError('exchange', Math.round((nowUs - sinceUs) / 1000));
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
