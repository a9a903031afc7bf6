/** What a call was, for who counts. */
import type { StoreView } from './exchange.js';
import type { PendingAsk } from './pending-asks.js';

export interface AnsweredCall {
  readonly asks: number;
  /** Whether buckets of limits were looked at. */
  readonly limited: boolean;
  /** Whether it called the next in line. */
  readonly ticked: boolean;
  readonly seconds: number;
}

export function answeredCall(asks: readonly PendingAsk[], { ticked }: StoreView, seconds: number): AnsweredCall {
  return { asks: asks.length, limited: (asks[0]?.ask.limits.length ?? 0) > 0, ticked, seconds };
}
