/**
 * How long a call to the store may take. What always holds:
 *
 * - A call is declared dead only after the sockets were read once more: the timer only puts the judgement off to the
 *   end of its turn, after the replies that were waiting while this process was busy.
 * - A pause of this process is not the store's time. While calls are outstanding a coarse timer ticks; what it comes
 *   late is added to the deadline of the calls of that moment, at most once the deadline itself. A call that dies
 *   although it got that much says nothing about the store, and its fault says so.
 * - A reply after the deadline goes to `onLate`, because it may have granted something.
 */
import type { Clock } from '../kernel/clock.js';
import { StoreUnavailableError } from '../kernel/errors.js';

/** A tick that comes later than this was held up by this process, in microseconds. */
const LAG_US = 10_000;
const MIN_TICK_US = 5_000;

/** The `cause` of a fault raised here. */
export class DeadlinePassed extends Error {
  /** @param ownFault - this process paused so long during the call that the store cannot be blamed */
  constructor(readonly ownFault: boolean) {
    super(ownFault ? 'This process was too busy to read the answer' : 'No answer came');
    this.name = 'DeadlinePassed';
  }
}

interface Call {
  readonly operation: string;
  readonly sinceUs: number;
  readonly lagAtStartUs: number;
  readonly reject: (err: StoreUnavailableError) => void;
  state: 'waiting' | 'expired' | 'settled';
}

export class Deadlines {
  readonly #deadlineUs: number;
  readonly #tickUs: number;
  /** In order of `sinceUs`; those before `#first` are done with. */
  #calls: Call[] = [];
  #first = 0;
  #ticking = false;
  #tickDueUs = 0;
  /** All time this process was seen to lose, ever. */
  #lagUs = 0;
  readonly #onTick = (): void => this.#tick();
  readonly #onTurnEnd = (): void => this.#judge();

  constructor(
    deadlineMs: number,
    private readonly clock: Clock,
  ) {
    this.#deadlineUs = deadlineMs * 1000;
    this.#tickUs = Math.max(MIN_TICK_US, Math.ceil(this.#deadlineUs / 8));
  }

  /** Calls that are neither answered nor given up, and some just answered. */
  get outstanding(): number {
    return this.#calls.length - this.#first;
  }

  /**
   * The same reply, or a fault once the deadline has passed. A fault of `reply` itself is passed on as it is.
   * @param onLate - receives a reply that comes after the deadline; a late fault is dropped
   * @param sinceUs - when the wait began, on the clock's monotonic scale
   * @throws StoreUnavailableError when the deadline passed, with a DeadlinePassed as its cause
   */
  watch<T>(
    operation: string,
    reply: Promise<T>,
    onLate?: (reply: T) => void,
    sinceUs = this.clock.monotonicUs(),
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const call: Call = { operation, sinceUs, lagAtStartUs: this.#lagUs, reject, state: 'waiting' };
      this.#add(call);
      reply.then(
        (value) => {
          if (call.state === 'expired') return onLate?.(value);
          call.state = 'settled';
          this.#dropDone();
          resolve(value);
        },
        (err: unknown) => {
          if (call.state === 'expired') return;
          call.state = 'settled';
          this.#dropDone();
          reject(err);
        },
      );
    });
  }

  #add(call: Call): void {
    const calls = this.#calls;
    let at = calls.length;
    // Calls that gathered before they were sent are older than some sent before them.
    while (at > this.#first && calls[at - 1]!.sinceUs > call.sinceUs) at--;
    if (at === calls.length) calls.push(call);
    else calls.splice(at, 0, call);
    if (!this.#ticking) this.#arm();
  }

  #arm(): void {
    const nowUs = this.clock.monotonicUs();
    const first = this.#calls[this.#first]!;
    const delayUs = Math.min(this.#tickUs, Math.max(0, this.#dueUs(first) - nowUs));
    this.#ticking = true;
    this.#tickDueUs = nowUs + delayUs;
    this.clock.after(Math.ceil(delayUs / 1000), this.#onTick);
  }

  #tick(): void {
    this.#countLag();
    this.clock.afterTurn(this.#onTurnEnd);
  }

  #judge(): void {
    this.#countLag();
    const nowUs = this.clock.monotonicUs();
    for (;;) {
      this.#dropDone();
      const call = this.#calls[this.#first];
      if (call === undefined || nowUs < this.#dueUs(call)) break;
      call.state = 'expired';
      const why = new DeadlinePassed(this.#grantedUs(call) >= this.#deadlineUs);
      call.reject(new StoreUnavailableError(call.operation, Math.round((nowUs - call.sinceUs) / 1000), why));
    }
    this.#ticking = false;
    if (this.outstanding > 0) this.#arm();
  }

  #countLag(): void {
    const nowUs = this.clock.monotonicUs();
    const lateUs = nowUs - this.#tickDueUs;
    if (lateUs > LAG_US) this.#lagUs += lateUs;
    this.#tickDueUs = nowUs;
  }

  #dueUs(call: Call): number {
    return call.sinceUs + this.#deadlineUs + this.#grantedUs(call);
  }

  #grantedUs(call: Call): number {
    return Math.min(this.#deadlineUs, this.#lagUs - call.lagAtStartUs);
  }

  #dropDone(): void {
    const calls = this.#calls;
    while (this.#first < calls.length && calls[this.#first]!.state !== 'waiting') this.#first++;
    if (this.#first === calls.length) {
      calls.length = 0;
      this.#first = 0;
    } else if (this.#first >= 256 && this.#first * 2 > calls.length) {
      calls.splice(0, this.#first);
      this.#first = 0;
    }
  }
}
