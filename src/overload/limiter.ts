/**
 * Bounds the requests in flight at a service. Whoever wants to send one takes a slot, and says what became of it:
 *
 *   acquire ──▶ slot ──begin──▶ at the service ──success | dropped | ignored──▶ free
 *      └──▶ null: all are taken
 */
import type { Clock } from '../kernel/clock.js';
import type { Health } from './health.js';
import type { LimitLaw } from './limit-law.js';

export interface Slot {
  /** The request leaves now: its latency counts from here. Without it, from when the slot was taken. */
  begin(): void;
  /** Ends it; said once. */
  success(): void;
  dropped(): void;
  ignored(): void;
}

export interface Limiter {
  /** Requests that may be in flight now, in whole ones; 1 or more. */
  readonly limit: number;
  readonly inFlight: number;
  acquire(): Slot | null;
}

export class LawLimiter implements Limiter {
  #inFlight = 0;

  constructor(
    private readonly law: LimitLaw,
    private readonly clock: Pick<Clock, 'monotonicUs'>,
  ) {}

  get limit(): number {
    return Math.max(1, Math.floor(this.law.limit));
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  acquire(): Slot | null {
    if (this.#inFlight >= this.limit) return null;
    this.#inFlight++;
    return new Taken(this.clock, this.#inFlight, this.#ended);
  }

  readonly #ended = (slot: Taken, health: Health): void => {
    this.#inFlight--;
    if (health === 'ignored') return;
    const nowUs = this.clock.monotonicUs();
    this.law.observe({ nowUs, latencyUs: nowUs - slot.beganUs, inFlight: slot.inFlight, health });
  };
}

class Taken implements Slot {
  beganUs: number;
  #open = true;

  constructor(
    private readonly clock: Pick<Clock, 'monotonicUs'>,
    readonly inFlight: number,
    private readonly ended: (slot: Taken, health: Health) => void,
  ) {
    this.beganUs = clock.monotonicUs();
  }

  begin(): void {
    this.beganUs = this.clock.monotonicUs();
  }

  success(): void {
    this.#end('success');
  }

  dropped(): void {
    this.#end('dropped');
  }

  ignored(): void {
    this.#end('ignored');
  }

  #end(health: Health): void {
    if (!this.#open) throw new Error('A slot ends once: it was given back twice');
    this.#open = false;
    this.ended(this, health);
  }
}
