/** What would be remembered of sessions: who has one until when, and whose claim is on its way to one. In milliseconds. */
import { expect } from '@jest/globals';
import type { SessionSettings } from '../../src/admission/exchange-settings.js';

export class SeatModel {
  readonly #sessions = new Map<string, number>();
  readonly #boarding = new Map<string, number>();

  /** @param settings - null: the campaign has no sessions */
  constructor(
    readonly settings: SessionSettings | null,
    private readonly leaseMs: number,
  ) {}

  /** A claim goes in: at no time are there more than so many, those on their way included. */
  enter(claimant: string, seat: string, nowMs: number): void {
    if (this.settings === null) return;
    if (!this.#lasts(this.#sessions, claimant, nowMs)) this.#boarding.set(seat, nowMs + this.leaseMs);
    const taken = this.#count(this.#sessions, nowMs) + this.#count(this.#boarding, nowMs);
    expect(taken).toBeLessThanOrEqual(this.settings.maxActive);
  }

  answered(claimant: string, seat: string, final: boolean, nowMs: number): void {
    if (this.settings === null) return;
    this.#boarding.delete(seat);
    if (final) this.#sessions.set(claimant, nowMs + this.settings.ttlMs);
  }

  endAll(): void {
    this.#sessions.clear();
  }

  /** What was lost may only be too little for others, never too much. */
  forgetBoarding(): void {
    this.#boarding.clear();
  }

  #lasts(times: Map<string, number>, name: string, nowMs: number): boolean {
    return (times.get(name) ?? Number.NEGATIVE_INFINITY) >= nowMs;
  }

  #count(times: Map<string, number>, nowMs: number): number {
    let count = 0;
    // At the very instant of its end a seat may be taken or free.
    for (const untilMs of times.values()) if (untilMs > nowMs) count++;
    return count;
  }
}
