/**
 * Keeps requests away from a target that does not work, and finds out by single requests when it does again.
 *
 *   closed ──`faults` without an answer in a row, or told to──▶ open
 *   open ──pause over, and a request is there to try──▶ half-open, which sends one
 *   half-open ──good, or any answer of an earlier request──▶ closed
 *   half-open ──bad──▶ open, with twice the pause, up to `maxOpenMs`
 */
export interface BreakerSettings {
  /** Requests in a row without an answer that open it. */
  readonly faults: number;
  readonly openMs: number;
  readonly maxOpenMs: number;
}

export class TargetBreaker {
  #faults = 0;
  #open = false;
  #probing = false;
  #pauseMs: number;
  #untilUs = 0;

  constructor(private readonly settings: BreakerSettings) {
    this.#pauseMs = settings.openMs;
  }

  get isClosed(): boolean {
    return !this.#open;
  }

  get isProbing(): boolean {
    return this.#probing;
  }

  mayProbe(nowUs: number): boolean {
    return this.#open && !this.#probing && nowUs >= this.#untilUs;
  }

  /** A request goes to the target. @returns whether it is the one that tries whether it works */
  begin(): boolean {
    if (!this.#open || this.#probing) return false;
    this.#probing = true;
    return true;
  }

  /** An answer came. */
  succeeded(): void {
    this.#faults = 0;
    this.#open = this.#probing = false;
    this.#pauseMs = this.settings.openMs;
  }

  /** No answer came, or one that speaks against the target. @param probe - it was the one that tried */
  failed(probe: boolean, nowUs: number): void {
    if (probe) this.#reopen(nowUs);
    else if (!this.#open && ++this.#faults >= this.settings.faults) this.trip(nowUs);
  }

  /** It ended without telling anything. */
  ignored(probe: boolean): void {
    if (probe) this.#probing = false;
  }

  trip(nowUs: number): void {
    this.#open = true;
    this.#untilUs = nowUs + this.#pauseMs * 1000;
  }

  #reopen(nowUs: number): void {
    this.#probing = false;
    this.#pauseMs = Math.min(this.settings.maxOpenMs, this.#pauseMs * 2);
    this.trip(nowUs);
  }
}
