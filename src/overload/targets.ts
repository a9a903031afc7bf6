/**
 * The targets of one upstream: which of them takes the next request, and what became of those before. Nothing is sent
 * to find out how they are; the requests themselves tell.
 *
 * Chosen by two draws, of which the one with the lower expected wait takes it. Left out: a target whose breaker is
 * open; one that answers several times more slowly than the others, as long as enough others remain; and by lot one
 * that fails often. Of those left out, one request at a time tries whether they are back.
 */
import type { Clock } from '../kernel/clock.js';
import type { Random } from '../kernel/random.js';
import type { Readiness } from './own-slots.js';
import { RetryBudget } from './retry-budget.js';
import { SuccessRate, type SuccessRateSettings } from './success-rate.js';
import { type BreakerSettings, TargetBreaker } from './target-breaker.js';
import { TargetLatency } from './target-latency.js';

export interface TargetSettings {
  readonly breaker: BreakerSettings;
  readonly successRate: SuccessRateSettings;
  readonly ejection: {
    /** A target whose answers take this many times as long as those of the others is slow. */
    readonly slowerThan: number;
    /** Of all targets, how many may be left out for being slow. */
    readonly maxShare: number;
  };
  readonly retryShare: number;
}

/** What became of a request at its target. */
export type TargetEnd =
  | 'served'
  /** An answer that tells of a defect. */
  | 'failed'
  /** No answer. */
  | 'fault'
  /** Ended from this side. */
  | 'ignored';

/** One request at one target. */
export interface Trip {
  readonly target: number;
  readonly beganUs: number;
  /** It tries whether a target that was left out works again. */
  readonly probe: boolean;
}

/** How long a slow target is left out first, and at most, in milliseconds. */
const SLOW_MS = 5_000;
const MOST_SLOW_MS = 120_000;

class Target {
  readonly breaker: TargetBreaker;
  readonly slow: TargetBreaker;
  readonly rate: SuccessRate;
  readonly latency = new TargetLatency();
  inFlight = 0;

  constructor({ breaker, successRate }: TargetSettings) {
    this.breaker = new TargetBreaker(breaker);
    this.slow = new TargetBreaker({ faults: Number.POSITIVE_INFINITY, openMs: SLOW_MS, maxOpenMs: MOST_SLOW_MS });
    this.rate = new SuccessRate(successRate);
  }

  get isIn(): boolean {
    return this.breaker.isClosed && this.slow.isClosed;
  }

  mayProbe(nowUs: number): boolean {
    if (!this.breaker.isClosed) return this.breaker.mayProbe(nowUs);
    return this.slow.mayProbe(nowUs);
  }
}

export class Targets implements Readiness {
  readonly #targets: readonly Target[];
  readonly #budget: RetryBudget;

  constructor(
    count: number,
    private readonly settings: TargetSettings,
    private readonly clock: Pick<Clock, 'monotonicUs'>,
    private readonly random: Random,
  ) {
    this.#targets = Array.from({ length: count }, () => new Target(settings));
    this.#budget = new RetryBudget(settings.retryShare);
  }

  get isOpen(): boolean {
    for (const { breaker } of this.#targets) if (breaker.isClosed) return true;
    return false;
  }

  get probes(): number {
    const nowUs = this.clock.monotonicUs();
    return this.#targets.reduce((sum, { breaker }) => sum + (breaker.mayProbe(nowUs) ? 1 : 0), 0);
  }

  /** Of the upstream as a whole. */
  get state(): 'closed' | 'open' | 'half-open' {
    if (this.isOpen) return 'closed';
    return this.#targets.some(({ breaker }) => breaker.isProbing) ? 'half-open' : 'open';
  }

  /** How many targets take requests like any other. */
  get inUse(): number {
    return this.#targets.reduce((sum, { isIn }) => sum + (isIn ? 1 : 0), 0);
  }

  /** Whether a request should rather stay away, since all targets fail too often. */
  isTooMuch(): boolean {
    const nowUs = this.clock.monotonicUs();
    let least = 1;
    for (const { breaker, rate } of this.#targets) {
      if (breaker.isClosed) least = Math.min(least, rate.rejectShare(nowUs));
      if (least === 0) return false;
    }
    return this.isOpen && this.random() < least;
  }

  /**
   * A target for the next request.
   * @param except - one that has just refused it: this is a second try, which the budget must allow; -1: none
   * @returns null when none takes it
   */
  choose(except: number): Trip | null {
    if (except < 0) this.#budget.deposit();
    else if (!this.#budget.withdraw()) return null;
    const nowUs = this.clock.monotonicUs();
    if (this.#targets.length === 1) return except === 0 ? null : this.#only(nowUs);
    const trying = this.#targets.findIndex((target, at) => at !== except && target.mayProbe(nowUs));
    if (trying >= 0) return this.#begin(trying, nowUs);
    const chosen = this.#draw(except, nowUs);
    return chosen < 0 ? null : this.#begin(chosen, nowUs);
  }

  ended({ target: at, beganUs, probe }: Trip, end: TargetEnd): void {
    const target = this.#targets[at]!;
    const nowUs = this.clock.monotonicUs();
    target.inFlight--;
    if (end === 'ignored') {
      target.breaker.ignored(probe);
      target.slow.ignored(probe);
      return;
    }
    target.rate.count(end === 'served', nowUs);
    if (end === 'fault') {
      target.breaker.failed(probe, nowUs);
      target.slow.ignored(probe);
      target.latency.fail(nowUs);
      return;
    }
    target.breaker.succeeded();
    target.latency.observe(nowUs - beganUs, nowUs);
    if (this.#targets.length > 1) this.#judgePace(target, nowUs - beganUs, probe, nowUs);
  }

  #only(nowUs: number): Trip | null {
    const { breaker } = this.#targets[0]!;
    return breaker.isClosed || breaker.mayProbe(nowUs) ? this.#begin(0, nowUs) : null;
  }

  #begin(at: number, nowUs: number): Trip {
    const target = this.#targets[at]!;
    target.inFlight++;
    const probe = target.breaker.isClosed ? target.slow.begin() : target.breaker.begin();
    return { target: at, beganUs: nowUs, probe };
  }

  /** Two draws among those that are in; among those that are only slow, where none is. */
  #draw(except: number, nowUs: number): number {
    let pool = this.#indices((target, at) => at !== except && target.isIn);
    if (pool.length === 0) pool = this.#indices(({ breaker }, at) => at !== except && breaker.isClosed);
    const willing = pool.filter((at) => this.random() >= this.#targets[at]!.rate.rejectShare(nowUs));
    if (willing.length > 0) pool = willing;
    if (pool.length <= 1) return pool[0] ?? -1;
    const first = Math.floor(this.random() * pool.length);
    const second = (first + 1 + Math.floor(this.random() * (pool.length - 1))) % pool.length;
    const [a, b] = [pool[first]!, pool[second]!];
    return this.#cost(a) <= this.#cost(b) ? a : b;
  }

  #indices(fits: (target: Target, at: number) => boolean): number[] {
    const found: number[] = [];
    for (let at = 0; at < this.#targets.length; at++) if (fits(this.#targets[at]!, at)) found.push(at);
    return found;
  }

  #cost(at: number): number {
    const { latency, inFlight } = this.#targets[at]!;
    return latency.cost(inFlight);
  }

  #judgePace(target: Target, latencyUs: number, probe: boolean, nowUs: number): void {
    const boundUs = this.#othersUs(target) * this.settings.ejection.slowerThan;
    if (!target.slow.isClosed) {
      if (!probe) return;
      if (latencyUs > boundUs) {
        target.slow.failed(true, nowUs);
        return;
      }
      target.slow.succeeded();
      target.latency.forget();
    } else if ((target.latency.meanUs ?? 0) > boundUs && this.#mayEject()) target.slow.trip(nowUs);
  }

  /** The median of the others' means; infinite while too little is known. */
  #othersUs(target: Target): number {
    const means: number[] = [];
    for (const other of this.#targets) {
      const { meanUs } = other.latency;
      if (other !== target && other.isIn && meanUs !== null) means.push(meanUs);
    }
    means.sort((a, b) => a - b);
    return means[Math.floor((means.length - 1) / 2)] ?? Number.POSITIVE_INFINITY;
  }

  #mayEject(): boolean {
    const slow = this.#targets.reduce((sum, target) => sum + (target.slow.isClosed ? 0 : 1), 0);
    return slow + 1 <= Math.floor(this.#targets.length * this.settings.ejection.maxShare);
  }
}
