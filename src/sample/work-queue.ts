/**
 * The back room of the sample claim service: a bounded crew, a queue before it, and what overcrowding does.
 * It serves `parallel` jobs at a time, each for `serviceMs`. Every job in flight beyond `parallel` makes the ones
 * that start slower, and more than `crashAbove` in flight knock the whole room over: all its jobs are lost.
 *
 *   submitted ──crew free──▶ serving ──service time over, not frozen──▶ done
 *       └──────────────── more than `crashAbove` in flight ────────────▶ lost
 */
import type { Clock } from '../kernel/clock.js';

export interface WorkQueueOptions {
  /** Time one job takes while the room is not overcrowded, in milliseconds. */
  readonly serviceMs: number;
  /** Jobs served at the same time. */
  readonly parallel: number;
  /** Jobs in flight that the room survives; one more and it falls over. */
  readonly crashAbove: number;
  /** A job's service time grows by this share for each `parallel` jobs in flight beyond the first `parallel`. */
  readonly slowdown: number;
}

interface Job {
  readonly extraMs: number;
  readonly done: () => void;
}

export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #clock: Clock;
  #waiting: Job[] = [];
  #nextWaiting = 0;
  #serving = 0;
  #frozenUntilUs = 0;
  /** Raised by each fall; a job begun before it never ends. */
  #life = 0;

  constructor(options: WorkQueueOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Jobs submitted and not ended, served or waiting. */
  get inFlight(): number {
    return this.#serving + this.#waiting.length - this.#nextWaiting;
  }

  /**
   * Takes one job. `done` runs once when it has been served, and never if the room falls over before.
   * @param extraMs - added to this job's service time, in milliseconds
   * @returns `fell` when this job was the one too many: it and all others are lost
   */
  submit(extraMs: number, done: () => void): 'taken' | 'fell' {
    if (this.inFlight >= this.#options.crashAbove) {
      this.clear();
      return 'fell';
    }
    const job = { extraMs, done };
    if (this.#serving < this.#options.parallel) this.#start(job);
    else this.#waiting.push(job);
    return 'taken';
  }

  /** Ends no job for `freezeMs` from now; jobs that would have ended meanwhile end then. */
  freeze(freezeMs: number): void {
    this.#frozenUntilUs = this.#clock.monotonicUs() + freezeMs * 1000;
  }

  /** Loses every job. */
  clear(): void {
    this.#life += 1;
    this.#waiting = [];
    this.#nextWaiting = 0;
    this.#serving = 0;
  }

  #start(job: Job): void {
    const { serviceMs, parallel, slowdown } = this.#options;
    this.#serving += 1;
    const crowding = Math.max(0, this.inFlight - parallel) / parallel;
    const life = this.#life;
    const delayMs = Math.round(serviceMs * (1 + slowdown * crowding) + job.extraMs);
    this.#clock.after(delayMs, () => this.#end(job, life));
  }

  #end(job: Job, life: number): void {
    if (life !== this.#life) return;
    const frozenUs = this.#frozenUntilUs - this.#clock.monotonicUs();
    if (frozenUs > 0) {
      this.#clock.after(Math.ceil(frozenUs / 1000), () => this.#end(job, life));
      return;
    }
    this.#serving -= 1;
    job.done();
    const next = this.#waiting[this.#nextWaiting];
    if (next === undefined) return;
    this.#nextWaiting += 1;
    if (this.#nextWaiting > 1024) {
      this.#waiting = this.#waiting.slice(this.#nextWaiting);
      this.#nextWaiting = 0;
    }
    this.#start(next);
  }
}
