/**
 * The seat of one claim in a campaign of several requests. It is taken when the store lets the claim in or to the door,
 * and given back, or turned into a session, once: by whoever sends the claim back, or by its answer.
 */
import type { CampaignLink } from './campaign-link.js';

export class ClaimSeat {
  #taken = false;

  /** @param name - no other claim has it, of this gateway or another */
  constructor(
    private readonly link: CampaignLink,
    private readonly claimant: string,
    readonly name: string,
  ) {}

  take(): void {
    this.#taken = true;
  }

  giveBack(): void {
    if (this.#taken) this.settle(false);
  }

  /** No reply came: the seat may have been taken all the same. */
  withdraw(): void {
    this.settle(false);
  }

  /** @param begins - whether the claimant's session begins */
  settle(begins: boolean): void {
    this.#taken = false;
    this.link.reportSeat({ claimant: this.claimant, seat: this.name, begins });
  }
}
