import type { LimitLaw } from './limit-law.js';

/** As configured, whatever happens. */
export class FixedLimit implements LimitLaw {
  constructor(readonly limit: number) {}

  observe(): void {}
}
