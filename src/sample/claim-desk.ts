/** Takes claims, has them worked on, and decides what each is answered. */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../kernel/clock.js';
import type { Random } from '../kernel/random.js';
import type { Arrival, ArrivalLog, ArrivalOutcome } from './arrival-log.js';
import { type Faults, NO_FAULTS } from './faults.js';
import { type Grant, GrantBook } from './grant-book.js';
import { WorkQueue, type WorkQueueOptions } from './work-queue.js';

export interface ClaimDeskOptions {
  readonly work: WorkQueueOptions;
  /** Lower case. */
  readonly claimantHeader: string;
  readonly log: ArrivalLog;
  readonly clock: Clock;
  readonly random: Random;
  /** Called when one claim too many knocked the service over; all claims in work are lost. */
  readonly onFall: () => void;
}

export type ClaimAnswer =
  | { readonly kind: 'granted'; readonly grant: Grant }
  | { readonly kind: 'failed'; readonly status: number }
  | { readonly kind: 'sold-out' };

export class ClaimDesk {
  readonly #options: ClaimDeskOptions;
  readonly #work: WorkQueue;
  readonly #book = new GrantBook();
  #faults: Faults = NO_FAULTS;

  constructor(options: ClaimDeskOptions) {
    this.#options = options;
    this.#work = new WorkQueue(options.work, options.clock);
  }

  get inFlight(): number {
    return this.#work.inFlight;
  }

  granted(campaign: string): number {
    return this.#book.granted(campaign);
  }

  setFaults(faults: Faults): void {
    this.#faults = faults;
    this.#work.freeze(faults.freezeMs);
  }

  /** Takes one claim; `answer` runs when it has been worked on, and never if the service fell over before. */
  take(campaign: string, request: IncomingMessage, answer: (answer: ClaimAnswer) => void): void {
    const claimant = firstHeader(request, this.#options.claimantHeader) ?? firstHeader(request, 'spillway-claimant');
    const key = firstHeader(request, 'idempotency-key');
    const atUs = this.#options.clock.monotonicUs();
    const arrival = this.#options.log.add(atUs, claimant ?? 'anonymous', this.#work.inFlight + 1);
    const taken = this.#work.submit(this.#faults.delayMs, () => {
      answer(this.#decide(campaign, arrival, key));
    });
    if (taken === 'fell') this.#options.onFall();
  }

  /** Loses every claim in work without an answer. */
  abandon(): void {
    this.#work.clear();
  }

  /** Forgets every grant. */
  clearGrants(): void {
    this.#book.clear();
  }

  #decide(campaign: string, arrival: Arrival, key: string | null): ClaimAnswer {
    const { failShare, status, soldOutAfter } = this.#faults;
    const settle = (outcome: ArrivalOutcome, answer: ClaimAnswer): ClaimAnswer => {
      arrival.outcome = outcome;
      return answer;
    };
    if (failShare > 0 && this.#options.random() < failShare) return settle('failed', { kind: 'failed', status });
    const earlier = this.#book.find(campaign, key);
    if (earlier !== null) return settle('repeated', { kind: 'granted', grant: earlier });
    if (soldOutAfter !== null && this.#book.granted(campaign) >= soldOutAfter) {
      return settle('sold-out', { kind: 'sold-out' });
    }
    return settle('granted', { kind: 'granted', grant: this.#book.grant(campaign, arrival.claimant, key) });
  }
}

function firstHeader(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}
