/**
 * What losses of data cost the ledger: how many there were, how many of them an operator has confirmed, and the claims
 * that were open and whose entries are gone. A unit of the budget is set aside for each of these until somebody says
 * how it ended: its gateway, or for what was unknown already an operator.
 */
import type { KnownClaims } from '../admission/exchange.js';
import type { ClaimsSettings } from '../admission/exchange-settings.js';

/** What of it outlives a process. */
export interface LossMemory {
  readonly losses: number;
  readonly confirmed: number;
  readonly lossUs: number;
  readonly lost: readonly [seen: number, settled: number, unknown: number];
}

export class LostClaims {
  #losses = 0;
  #confirmed = 0;
  #lossUs = 0;
  #seen = 0;
  #settled = 0;
  #unknown = 0;

  get losses(): number {
    return this.#losses;
  }

  get confirmed(): number {
    return this.#confirmed;
  }

  /** Of unknown outcome: they stay set aside until an operator says what became of them. */
  get unknown(): number {
    return Math.min(Math.max(0, this.#seen - this.#settled), this.#unknown);
  }

  /** A new era has no claims of before. How many losses there were goes on being counted. */
  beginEra(): void {
    this.#seen = 0;
    this.#settled = 0;
    this.#unknown = 0;
  }

  /**
   * Takes over what a gateway knows of losses, and counts this one.
   * @param stranger - the caller speaks of other data than these, and so tells of a loss; the next one of the same
   */
  merge(known: KnownClaims, loss: boolean, stranger: boolean, nowUs: number): void {
    this.#losses = Math.max(this.#losses, known.losses);
    this.#confirmed = Math.max(this.#confirmed, known.confirmed);
    if (stranger ? this.#lossUs > 0 : !loss) return;
    this.#losses++;
    this.#lossUs = nowUs;
  }

  /** Claims that a gateway saw open in data that are lost; of these, so many of unknown outcome. */
  see(open: number, unknown = 0): void {
    this.#seen = Math.max(this.#seen, open);
    this.#unknown = Math.max(this.#unknown, unknown);
  }

  settleOne(): void {
    this.#settled++;
  }

  /** @returns how many there were of unknown outcome: an operator has said how all of them ended */
  resolve(): number {
    const unknown = this.unknown;
    if (unknown > 0) this.#settled = this.#seen;
    return unknown;
  }

  /** Whether data was lost less than `durationUs` ago. */
  happenedWithin(durationUs: number, nowUs: number): boolean {
    return this.#lossUs > 0 && nowUs < this.#lossUs + durationUs;
  }

  /**
   * A lease after a loss, what was in flight has been settled by whoever had it; what was unknown stays set aside. Until
   * then whatever is at the service, and has no entry in these data, was lost: the slots tell how many, whoever saw them.
   * @param slotsInUse - claims at the service, whether their entries are here or were lost
   * @param open - entries that are here
   */
  setAside({ leaseMs }: ClaimsSettings, nowUs: number, slotsInUse: number, open: number): number {
    if (nowUs < this.#lossUs + leaseMs * 1000) return Math.max(0, this.#seen - this.#settled, slotsInUse - open);
    return this.unknown;
  }

  memory(): LossMemory {
    return {
      losses: this.#losses,
      confirmed: this.#confirmed,
      lossUs: this.#lossUs,
      lost: [this.#seen, this.#settled, this.#unknown],
    };
  }

  recall({ losses, confirmed, lossUs, lost }: LossMemory): void {
    this.#losses = losses;
    this.#confirmed = confirmed;
    this.#lossUs = lossUs;
    [this.#seen, this.#settled, this.#unknown] = lost;
  }
}
