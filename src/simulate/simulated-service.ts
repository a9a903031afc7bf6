/**
 * A model of the claim service: the back room of the sample service on a virtual clock, with what it suffers in a
 * crowd. What it saw is told in the same words as the real one tells it.
 */
import type { Clock, Timer } from '../kernel/clock.js';
import type { Random } from '../kernel/random.js';
import type { Testimony } from '../replay/service-witness.js';
import { ArrivalLog, type ArrivalOutcome } from '../sample/arrival-log.js';
import { type Faults, NO_FAULTS } from '../sample/faults.js';
import { summarizeArrivals } from '../sample/service-stats.js';
import { WorkQueue, type WorkQueueOptions } from '../sample/work-queue.js';

/** `refused`: not listening; `lost`: it fell over with the claim in work; `timeout`: no answer in time. */
export type ServiceAnswer = 'granted' | 'sold-out' | 'failed' | 'refused' | 'lost' | 'timeout';

export interface ServiceModel extends WorkQueueOptions {
  /** How long it is away after it fell over, in milliseconds. */
  readonly restartMs: number;
  /** An answer that takes longer is none, in milliseconds. */
  readonly timeoutMs: number;
}

interface Pending {
  answer: ((answer: ServiceAnswer) => void) | null;
}

const MOST_ARRIVALS = 50_000_000;

export class SimulatedService {
  readonly #work: WorkQueue;
  readonly #log = new ArrivalLog(MOST_ARRIVALS);
  readonly #pending = new Set<Pending>();
  #faults: Faults = NO_FAULTS;
  #granted = 0;
  #crashes = 0;
  #awayUntilUs = 0;

  constructor(
    private readonly model: ServiceModel,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {
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
    const arrival = this.#log.add(nowUs, claimant, this.#work.inFlight + 1);
    const pending: Pending = { answer };
    this.#pending.add(pending);
    const timeout = this.#mayBeLate() ? this.clock.after(this.model.timeoutMs, () => end('timeout')) : null;
    const end = (how: ServiceAnswer): void => this.#end(pending, timeout, how);
    const taken = this.#work.submit(this.#faults.delayMs, () => {
      arrival.outcome = this.#decide();
      end(arrival.outcome as ServiceAnswer);
    });
    if (taken === 'fell') this.#fall();
  }

  testify(): Testimony {
    const arrivals = this.#log.since(0);
    const now = { upTo: this.#log.count, crashes: this.#crashes, inFlight: this.#work.inFlight };
    return { arrivals, stats: summarizeArrivals(arrivals, now) };
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
    if (soldOutAfter !== null && this.#granted >= soldOutAfter) return 'sold-out';
    this.#granted++;
    return 'granted';
  }

  #fall(): void {
    this.#crashes++;
    this.#log.loseAllPending();
    this.#awayUntilUs = this.clock.monotonicUs() + this.model.restartMs * 1000;
    for (const pending of this.#pending) this.#end(pending, null, 'lost');
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
