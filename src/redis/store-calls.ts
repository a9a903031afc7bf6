/**
 * The one way by which the rooms call Redis: breaker, script, deadline and the count of what came of it, together.
 * Nothing waits: a call is answered, or refused with StoreUnavailableError, within its deadline. A reply that comes
 * later still reaches its caller through `onLate`.
 */
import type { Clock } from '../kernel/clock.js';
import { StoreUnavailableError } from '../kernel/errors.js';
import type { Random } from '../kernel/random.js';
import { type BreakerOptions, DEFAULT_BREAKER, StoreBreaker } from './breaker.js';
import type { RedisArgument, RedisConnection } from './connection.js';
import { DeadlinePassed, Deadlines } from './deadline.js';
import { faultOf, saysUnwritable } from './faults.js';
import type { Script } from './script.js';

/**
 * - `ok`: answered in time; `late`: answered after it was given up
 * - `timeout`: not answered in time; `lost`: the connection went, before or after sending
 * - `refused`: Redis said that it cannot serve now; `error`: Redis said that the call is wrong
 * - `blocked`: the breaker let nothing through
 */
export type CallResult = 'ok' | 'late' | 'timeout' | 'lost' | 'refused' | 'error' | 'blocked';
export type CallObserver = (script: string, result: CallResult, seconds: number) => void;

export interface StoreCallsOptions {
  readonly connection: RedisConnection;
  readonly clock: Clock;
  readonly random: Random;
  readonly deadlineMs: number;
  /**
   * A key of those that the calls touch: the probe writes it, because a server that answers a ping may be a replica, be
   * out of memory, or not be the shard in question. Without one, the probe is a ping.
   */
  readonly probeKey?: string;
  readonly observe?: CallObserver;
  readonly breaker?: BreakerOptions;
}

/** How long the trace of a probe stays, in milliseconds. */
const PROBE_MS = 1000;

export class StoreCalls {
  readonly breaker: StoreBreaker;
  readonly deadlines: Deadlines;
  readonly #connection: RedisConnection;
  readonly #clock: Clock;
  readonly #observe: CallObserver;
  readonly #unsubscribe: () => void;

  constructor(options: StoreCallsOptions) {
    this.#connection = options.connection;
    this.#clock = options.clock;
    this.#observe = options.observe ?? (() => {});
    this.deadlines = new Deadlines(options.deadlineMs, options.clock);
    const { connection, probeKey } = options;
    const probe = (): Promise<unknown> => {
      const sent =
        probeKey === undefined ? connection.send('ping', []) : connection.send('set', [probeKey, '1', 'PX', PROBE_MS]);
      return this.deadlines.watch('probe', sent);
    };
    this.breaker = new StoreBreaker(probe, options.clock, options.random, options.breaker ?? DEFAULT_BREAKER);
    this.#unsubscribe = options.connection.onState((state) => {
      if (state === 'lost') this.breaker.connectionLost();
    });
  }

  /**
   * Calls a script once.
   * @param onLate - receives a reply that came after the call was given up: it may have granted something
   * @param sinceUs - when the wait began, on the clock's monotonic scale; default now
   * @throws StoreUnavailableError when the store is away, does not answer in time or cannot serve; its `cause`
   *   tells (with `faultOf`) whether the call may have run. Any other fault is Redis finding the call wrong.
   */
  async call(
    script: Script,
    keys: readonly string[],
    args: readonly RedisArgument[],
    onLate?: (reply: unknown) => void,
    sinceUs = this.#clock.monotonicUs(),
  ): Promise<unknown> {
    const pass = this.breaker.pass();
    if (pass === null) {
      this.#observe(script.name, 'blocked', 0);
      throw new StoreUnavailableError(script.name, 0);
    }
    const sentUs = this.#clock.monotonicUs();
    const late = (reply: unknown): void => {
      this.#finish(script, 'late', sentUs);
      onLate?.(reply);
    };
    try {
      const reply = await this.deadlines.watch(script.name, script.call(this.#connection, keys, args), late, sinceUs);
      this.breaker.succeeded(pass);
      this.#finish(script, 'ok', sentUs);
      return reply;
    } catch (err) {
      throw this.#judge(err, script, pass, sinceUs, sentUs);
    }
  }

  /** Counts a fault against the store where it is the store's, and turns an outage into the rooms' own fault. */
  #judge(err: unknown, script: Script, pass: number, sinceUs: number, sentUs: number): unknown {
    const fault = faultOf(err);
    if (fault === 'broken') {
      this.breaker.succeeded(pass);
      this.#finish(script, 'error', sentUs);
      return err;
    }
    const cause = err instanceof StoreUnavailableError ? err.cause : err;
    const timedOut = cause instanceof DeadlinePassed;
    if (saysUnwritable(cause)) this.breaker.refused(pass);
    else if (!(timedOut && cause.ownFault)) this.breaker.failed(pass);
    this.#finish(script, timedOut ? 'timeout' : fault === 'refused' ? 'refused' : 'lost', sentUs);
    if (err instanceof StoreUnavailableError) return err;
    return new StoreUnavailableError(script.name, Math.round((this.#clock.monotonicUs() - sinceUs) / 1000), err);
  }

  #finish(script: Script, result: CallResult, sentUs: number): void {
    this.#observe(script.name, result, (this.#clock.monotonicUs() - sentUs) / 1e6);
  }

  /** Sends no more probes. The connection is its owner's to close. */
  stop(): void {
    this.#unsubscribe();
    this.breaker.stop();
  }
}
