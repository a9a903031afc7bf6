/** Retries are at most a share of the requests, so that they never are what keeps a service down. */
const MOST_SAVED = 10;

export class RetryBudget {
  #tokens = MOST_SAVED;

  /** @param share - retries a request, 0 to 1 */
  constructor(private readonly share: number) {}

  /** A request is sent for the first time. */
  deposit(): void {
    this.#tokens = Math.min(MOST_SAVED, this.#tokens + this.share);
  }

  /** @returns whether one retry may be made */
  withdraw(): boolean {
    if (this.share === 0 || this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
