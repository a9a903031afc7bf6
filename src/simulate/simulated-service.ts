/**
 * A model of the claim service: the back room of the sample service on a virtual clock, with what it suffers in a
 * crowd. What it saw is told in the same words as the real one tells it.
 */
import type { Clock, Timer } from '../kernel/clock.js';
import type { Random } from '../kernel/random.js';
import type { Testimony } from '../replay/service-witness.js';
import { type ArrivalOutcome, worstWindow } from '../sample/arrival-log.js';
import { type Faults, NO_FAULTS } from '../sample/faults.js';
import { WorkQueue, type WorkQueueOptions } from '../sample/work-queue.js';
import { type Names, SimulatedArrivals } from './simulated-arrivals.js';

/** `refused`: not listening; `lost`: it fell over with the claim in work; `timeout`: no answer in time. */
export type ServiceAnswer = 'granted' | 'sold-out' | 'failed' | 'refused' | 'lost' | 'timeout';

export interface ServiceModel extends WorkQueueOptions {
  /** How long it is away after it fell over, in milliseconds. */
  readonly restartMs: number;
  /** An answer that takes longer is none, in milliseconds. */
  readonly timeoutMs: number;
}

interface Pending {
  readonly row: number;
  answer: ((answer: ServiceAnswer) => void) | null;
}

const SECOND_US = 1_000_000;

export class SimulatedService {
  readonly #work: WorkQueue;
  readonly #arrivals: SimulatedArrivals;
  readonly #pending = new Set<Pending>();
  #faults: Faults = NO_FAULTS;
  #crashes = 0;
  #awayUntilUs = 0;

  constructor(
    private readonly model: ServiceModel,
    private readonly clock: Clock,
    private readonly random: Random,
    names: Names,
  ) {
    this.#arrivals = new SimulatedArrivals(names);
    this.#work = new WorkQueue(model, clock);
  }

  setFaults(faults: Partial<Faults>): void {
    this.#faults = { ...NO_FAULTS, ...faults };
  }

  take(claimant: string, answer: (answer: ServiceAnswer) => void): void {
    const nowUs = this.clock.monotonicUs();
    if (nowUs < this.#awayUntilUs) {
      answer('refused');
      return;
    }
    const row = this.#arrivals.add(nowUs, claimant, this.#work.inFlight + 1);
    const pending: Pending = { row, answer };
    this.#pending.add(pending);
    const timeout = this.#mayBeLate() ? this.clock.after(this.model.timeoutMs, () => end('timeout')) : null;
    const end = (how: ServiceAnswer): void => this.#end(pending, timeout, how);
    const taken = this.#work.submit(this.#faults.delayMs, () => {
      const outcome = this.#decide();
      this.#arrivals.end(row, outcome);
      end(outcome as ServiceAnswer);
    });
    if (taken === 'fell') this.#fall();
  }

  testify(): Testimony {
    const { count: received, maxInFlight, grantedTwice } = this.#arrivals;
    const worstSecond = worstWindow(this.#arrivals, SECOND_US);
    const stats = { received, worstSecond, maxInFlight, grantedTwice, crashes: this.#crashes };
    return { arrivals: this.#arrivals, stats };
  }

  /** Whether a claim that begins now could take longer than the time-out. */
  #mayBeLate(): boolean {
    const { serviceMs, slowdown, parallel, timeoutMs } = this.model;
    const waves = 1 + Math.ceil(this.#work.inFlight / parallel);
    return waves * serviceMs * (1 + slowdown) + this.#faults.delayMs >= timeoutMs;
  }

  #decide(): ArrivalOutcome {
    const { failShare, soldOutAfter } = this.#faults;
    if (failShare > 0 && this.random() < failShare) return 'failed';
    if (soldOutAfter !== null && this.#arrivals.granted >= soldOutAfter) return 'sold-out';
    return 'granted';
  }

  #fall(): void {
    this.#crashes++;
    this.#awayUntilUs = this.clock.monotonicUs() + this.model.restartMs * 1000;
    for (const pending of this.#pending) {
      this.#arrivals.end(pending.row, 'lost');
      this.#end(pending, null, 'lost');
    }
  }

  #end(pending: Pending, timeout: Timer | null, how: ServiceAnswer): void {
    const { answer } = pending;
    if (answer === null) return;
    pending.answer = null;
    this.#pending.delete(pending);
    timeout?.cancel();
    answer(how);
  }
}
