/**
 * Whether the service, or an operator, has said that nothing is left. A certain word is believed at once; a bare status,
 * which any stray answer may have, when it came to several different claimants in a row. The state is a counter that
 * only grows, odd while sold out, so that the word travels between stores and gateways by the maximum.
 */
import type { SoldOutSign } from '../admission/exchange.js';

/** A bare status must come to this many different claimants in a row. */
const SIGNS = 3;

export class SoldOutWord {
  turns = 0;
  #claimants: string[] = [];

  get isSoldOut(): boolean {
    return this.turns % 2 === 1;
  }

  /** Claimants in a row who have had a bare sign. */
  get signs(): number {
    return this.#claimants.length;
  }

  note({ claimant, sign }: SoldOutSign): void {
    if (sign === 'none') this.breakRow();
    else if (sign === 'bare' && !this.#claimants.includes(claimant)) this.#claimants.push(claimant);
    if (sign !== 'certain' && this.#claimants.length < SIGNS) return;
    this.breakRow();
    if (!this.isSoldOut) this.turns++;
  }

  /** Somebody was granted, or had another answer. */
  breakRow(): void {
    this.#claimants = [];
  }

  beginEra(): void {
    this.turns = 0;
    this.breakRow();
  }
}
