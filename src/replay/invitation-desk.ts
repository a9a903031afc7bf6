/**
 * Who comes because somebody else was lucky. Each success invites a Poisson number of people, each drawn from all who
 * can be reached: whoever has come already comes not again, so that the spread ends by itself.
 */
import type { Random } from '../kernel/random.js';

export interface InvitationRules {
  readonly mean: number;
  /** Most people one success invites. */
  readonly cap: number;
  /** Mean time from the success to the arrival, in milliseconds. */
  readonly delayMs: number;
}

export class InvitationDesk {
  readonly #reserve: number[] = [];
  #next = 0;
  /** All who can be reached, whether they have come or not. */
  reachable = 0;

  constructor(
    private readonly rules: InvitationRules | null,
    private readonly random: Random,
  ) {}

  /** A person who comes only when invited. */
  reserve(person: number): void {
    this.#reserve.push(person);
  }

  /** Somebody succeeded at `nowUs`. @param invite - told of each person who comes for it, and when */
  success(nowUs: number, invite: (person: number, dueUs: number) => void): void {
    const { rules, random } = this;
    if (rules === null) return;
    for (let left = Math.min(rules.cap, poisson(rules.mean, random)); left > 0; left--) {
      const uninvited = this.#reserve.length - this.#next;
      if (uninvited === 0 || random() >= uninvited / this.reachable) continue;
      const delayMs = -Math.log(1 - random()) * rules.delayMs;
      invite(this.#reserve[this.#next++] as number, nowUs + delayMs * 1000);
    }
  }
}

/** A Poisson number. @see Knuth, The Art of Computer Programming, volume 2, section 3.4.1, algorithm Q */
export function poisson(mean: number, random: Random): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count++;
  return count;
}
