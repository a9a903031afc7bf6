/**
 * Addresses that keep doing what no honest client does are refused for a while, and for longer each time:
 *
 *   watched ──`offences` within `windowSeconds`──▶ banned ──time over──▶ watched, one rung higher
 *      ▲ `longestSeconds` without a ban: back to the ground                │ again: 6 × as long, `longestSeconds` at most
 *      └───────────────────────────────────────────────────────────────────┘
 *
 * Offenders are kept in a map of bounded size: a flood of new ones makes it forget the oldest, and takes no memory.
 * Claimants are never banned: who is robbed of their name would be punished for it.
 */
import { BoundedCache } from '../kernel/bounded-cache.js';
import type { Clock } from '../kernel/clock.js';

export interface LadderSettings {
  /** 0: nobody is banned. */
  readonly offences: number;
  readonly windowSeconds: number;
  readonly firstSeconds: number;
  readonly longestSeconds: number;
}

interface Offender {
  count: number;
  windowEndsUs: number;
  /** How often it was banned lately. */
  rung: number;
  bannedUntilUs: number;
}

const WATCHED = 20_000;
const GROWTH = 6;

export class BanLadder {
  readonly #offenders = new BoundedCache<Offender>(WATCHED);
  #lastBanEndsUs = 0;

  constructor(
    private readonly settings: LadderSettings,
    private readonly clock: Clock,
  ) {}

  /** Whether anybody may be banned now: while not, nobody needs to be looked up. */
  get inUse(): boolean {
    return this.#lastBanEndsUs !== 0 && this.clock.monotonicUs() < this.#lastBanEndsUs;
  }

  /** @returns for how long the offender is banned by this offence, in seconds; 0: not yet */
  offend(address: string): number {
    const { offences, windowSeconds, longestSeconds } = this.settings;
    if (offences === 0) return 0;
    const nowUs = this.clock.monotonicUs();
    const offender = this.#offenders.get(address) ?? { count: 0, windowEndsUs: 0, rung: 0, bannedUntilUs: 0 };
    if (nowUs >= offender.windowEndsUs) {
      offender.count = 0;
      offender.windowEndsUs = nowUs + windowSeconds * 1e6;
    }
    offender.count++;
    this.#offenders.set(address, offender);
    if (offender.count < offences || nowUs < offender.bannedUntilUs) return 0;
    if (nowUs - offender.bannedUntilUs > longestSeconds * 1e6) offender.rung = 0;
    const seconds = Math.min(longestSeconds, this.settings.firstSeconds * GROWTH ** offender.rung);
    offender.rung++;
    offender.count = 0;
    offender.bannedUntilUs = nowUs + seconds * 1e6;
    this.#lastBanEndsUs = Math.max(this.#lastBanEndsUs, offender.bannedUntilUs);
    return seconds;
  }

  /** How long the address stays banned, in milliseconds; 0: it is not. */
  bannedMs(address: string): number {
    const offender = this.#offenders.get(address);
    return offender === undefined ? 0 : Math.max(0, (offender.bannedUntilUs - this.clock.monotonicUs()) / 1000);
  }
}
