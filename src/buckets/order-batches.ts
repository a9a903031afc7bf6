/**
 * Orders on their way to a store. All orders of one turn of the event loop travel in one call; a few calls may be on
 * their way at once, and what comes meanwhile gathers. An order's deadline runs from its enqueueing: what waited for
 * longer is failed without being sent, and what is sent carries the store's time after which it does nothing.
 */
import type { Clock } from '../kernel/clock.js';
import { StoreUnavailableError } from '../kernel/errors.js';
import { StoreClock } from '../kernel/store-clock.js';
import type { Order, Outcome } from './orders.js';
import { MOST_CHARGES } from './orders.js';

const MOST_ORDERS_A_CALL = 100;
const MOST_CALLS = 4;
/** Orders that may gather; beyond it this process is overloaded. */
const MOST_GATHERED = 20_000;

export type BatchReply =
  | { readonly kind: 'late'; readonly nowUs: number }
  | { readonly kind: 'done'; readonly nowUs: number; readonly outcomes: readonly Outcome[] };

export interface OrderBatchesOptions {
  /** Names the operation in faults. */
  readonly operation: string;
  readonly clock: Clock;
  readonly deadlineMs: number;
  /**
   * One call to the store, answered or failed within the deadline.
   * @param notAfterUs - store time after which it must do nothing; 0: the store's time is not known yet
   * @param sinceUs - when the oldest order was enqueued, on the clock's monotonic scale
   */
  readonly send: (orders: readonly Order[], notAfterUs: number, sinceUs: number) => Promise<BatchReply>;
}

interface Pending {
  readonly order: Order;
  readonly sinceUs: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (fault: unknown) => void;
}

export class OrderBatches {
  readonly #storeClock: StoreClock;
  readonly #deadlineUs: number;
  #gathered: Pending[] = [];
  #calls = 0;
  #flushing = false;

  constructor(private readonly options: OrderBatchesOptions) {
    this.#storeClock = new StoreClock(options.clock);
    this.#deadlineUs = options.deadlineMs * 1000;
  }

  /** @throws StoreUnavailableError when the deadline passed, or too many orders wait */
  add(order: Order): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (this.#gathered.length >= MOST_GATHERED) {
        reject(new StoreUnavailableError(this.options.operation, 0));
        return;
      }
      this.#gathered.push({ order, sinceUs: this.options.clock.monotonicUs(), resolve, reject });
      this.#flushSoon();
    });
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.options.clock.afterTurn(this.#flush);
  }

  readonly #flush = (): void => {
    this.#flushing = false;
    while (this.#calls < MOST_CALLS) {
      const batch = this.#next();
      if (batch.length === 0) return;
      void this.#send(batch);
    }
  };

  /** The oldest orders that fit into one call and are not too old to be sent. */
  #next(): Pending[] {
    const nowUs = this.options.clock.monotonicUs();
    const batch: Pending[] = [];
    let taken = 0;
    let charges = 0;
    for (const pending of this.#gathered) {
      if (nowUs - pending.sinceUs >= this.#deadlineUs) {
        this.#expire(pending, nowUs);
      } else {
        charges += pending.order.charges.length;
        if (batch.length === MOST_ORDERS_A_CALL || charges > MOST_CHARGES) break;
        batch.push(pending);
      }
      taken++;
    }
    this.#gathered.splice(0, taken);
    return batch;
  }

  async #send(batch: Pending[]): Promise<void> {
    const { clock, send } = this.options;
    const sentUs = clock.monotonicUs();
    const { sinceUs } = batch[0]!;
    const leftUs = this.#deadlineUs - (sentUs - sinceUs);
    this.#calls++;
    try {
      const notAfterUs = this.#storeClock.known ? Math.ceil(this.#storeClock.nowUs() + leftUs) : 0;
      const reply = await send(
        batch.map(({ order }) => order),
        notAfterUs,
        sinceUs,
      );
      this.#storeClock.learn(reply.nowUs, sentUs);
      if (reply.kind === 'late') this.#askAgain(batch);
      else for (let i = 0; i < batch.length; i++) batch[i]!.resolve(reply.outcomes[i]!);
    } catch (fault) {
      for (const { reject } of batch) reject(fault);
    } finally {
      this.#calls--;
      if (this.#gathered.length > 0) this.#flushSoon();
    }
  }

  /** The store found the call late: it did nothing. Its time is known anew, so what is not too old may go again. */
  #askAgain(batch: readonly Pending[]): void {
    const nowUs = this.options.clock.monotonicUs();
    const again: Pending[] = [];
    for (const pending of batch) {
      if (nowUs - pending.sinceUs < this.#deadlineUs / 2) again.push(pending);
      else this.#expire(pending, nowUs);
    }
    this.#gathered = [...again, ...this.#gathered];
  }

  #expire({ reject, sinceUs }: Pending, nowUs: number): void {
    reject(new StoreUnavailableError(this.options.operation, Math.round((nowUs - sinceUs) / 1000)));
  }
}
