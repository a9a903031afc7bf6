/**
 * The last look before a claim leaves. The door lets it go in one moment and it is written in another: a connection to
 * the service may have to be made first, and on a busy machine a turn of the event loop takes long. What leaves late
 * comes on top of what leaves on time, so the bound is measured once more, in the turn in which the claim is written.
 *
 *   let go ──in time, and the bucket has room──▶ left
 *     ▲ │ no room: in order, until there is
 *     │ │ so late that its permit is void: a new one from the door
 *     └─┘
 */
import { atInterval, charged, waitNs } from '../buckets/gcra.js';
import type { Clock, Timer } from '../kernel/clock.js';
import type { DoorSettings } from './door-settings.js';

/** Whoever wants to leave, and was told to wait. May have given up meanwhile: then it does nothing. */
export interface Leaver {
  /** It may try again. */
  leave(): void;
  /** It will not leave any more: nothing of it was sent. */
  stay(): void;
}

/** Now: it leaves, and is counted. Later: `leave` is called. Void: it needs a new permit. */
export type LeaveWord = 'now' | 'later' | 'void';

export class Departures {
  #tatNs = 0;
  #intervalNs = 0;
  #waiting: Leaver[] = [];
  #timer: Timer | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly settings: () => DoorSettings,
  ) {}

  /** @param departureUs - the time of its permit, local and monotonic, in microseconds */
  mayLeave(departureUs: number, leaver: Leaver): LeaveWord {
    const { leaving, lateUs } = this.settings();
    const nowUs = this.clock.monotonicUs();
    if (nowUs - departureUs > lateUs) return 'void';
    const closedNs = this.#closedNs(nowUs);
    if (closedNs > 0) {
      this.#waiting.push(leaver);
      this.#wakeIn(closedNs);
      return 'later';
    }
    this.#tatNs = charged(this.#tatNs, nowUs * 1000, leaving);
    return 'now';
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #closedNs(nowUs: number): number {
    const { leaving } = this.settings();
    this.#tatNs = atInterval(this.#tatNs, this.#intervalNs, leaving.intervalNs, nowUs * 1000);
    this.#intervalNs = leaving.intervalNs;
    return waitNs(this.#tatNs, nowUs * 1000, leaving);
  }

  #wakeIn(closedNs: number): void {
    this.#timer ??= this.clock.after(Math.ceil(closedNs / 1e6), this.#wake);
  }

  readonly #wake = (): void => {
    this.#timer = null;
    // Who has to wait once more goes to the end: there are as many tries as there were people.
    for (let tries = this.#waiting.length; tries > 0; tries--) {
      const closedNs = this.#closedNs(this.clock.monotonicUs());
      if (closedNs > 0) {
        this.#wakeIn(closedNs);
        return;
      }
      this.#waiting.shift()!.leave();
    }
  };
}
