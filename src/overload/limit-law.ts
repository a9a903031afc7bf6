/** How a bound on requests in flight follows what becomes of them. Pure: time comes with the samples. */
import type { Health } from './health.js';

export interface Sample {
  /** When it ended, monotonic, in microseconds. */
  readonly nowUs: number;
  /** From its beginning to its end, in microseconds. */
  readonly latencyUs: number;
  /** Requests in flight when it began, itself included. */
  readonly inFlight: number;
  readonly health: Exclude<Health, 'ignored'>;
}

export interface LimitLaw {
  /** Requests that may be in flight now; 1 or more, not always whole. */
  readonly limit: number;
  observe(sample: Sample): void;
}

export interface LimitBounds {
  /** What it starts at. */
  readonly initial: number;
  readonly least: number;
  readonly most: number;
}

export function bounded(limit: number, { least, most }: LimitBounds): number {
  return Math.min(most, Math.max(least, limit));
}
