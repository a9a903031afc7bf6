/**
 * The back room of the sample claim service: a bounded crew, a queue before it, and what overcrowding does.
 * It serves `parallel` jobs at a time, each for `serviceMs`. The closer the jobs in flight come to `crashAbove`, the
 * slower are those that start (by the square, so that a short crowd is worked off and a lasting one is not), and one
 * more knocks the whole room over: all its jobs are lost. A late timer delays an answer but costs no pace: who ends
 * a job takes up the next one from the instant at which the first was due.
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
  /** With `crashAbove` jobs in flight a job takes 1 + this times as long. */
  readonly slowdown: number;
}

interface Job {
  readonly submittedUs: number;
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
    const job = { submittedUs: this.#clock.monotonicUs(), extraMs, done };
    if (this.#serving < this.#options.parallel) this.#start(job, job.submittedUs);
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

  #start(job: Job, fromUs: number): void {
    const { serviceMs, parallel, crashAbove, slowdown } = this.#options;
    this.#serving += 1;
    const crowding = Math.max(0, this.inFlight - parallel) / Math.max(1, crashAbove - parallel);
    const tookMs = serviceMs * (1 + slowdown * crowding * crowding) + job.extraMs;
    this.#endAt(job, fromUs + tookMs * 1000, this.#life);
  }

  #endAt(job: Job, dueUs: number, life: number): void {
    const delayMs = Math.max(0, Math.round((dueUs - this.#clock.monotonicUs()) / 1000));
    this.#clock.after(delayMs, () => {
      if (life !== this.#life) return;
      const frozen = this.#frozenUntilUs > this.#clock.monotonicUs();
      if (frozen) this.#endAt(job, this.#frozenUntilUs, life);
      else this.#end(job, dueUs);
    });
  }

  #end(job: Job, dueUs: number): void {
    this.#serving -= 1;
    job.done();
    const next = this.#waiting[this.#nextWaiting];
    if (next === undefined) return;
    this.#nextWaiting += 1;
    if (this.#nextWaiting > 1024) {
      this.#waiting = this.#waiting.slice(this.#nextWaiting);
      this.#nextWaiting = 0;
    }
    this.#start(next, Math.max(dueUs, next.submittedUs));
  }
}
