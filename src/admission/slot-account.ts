/**
 * This gateway's share of an upstream's slots. The store counts what it ever gave (`taken`), the gateway what it
 * ever gave back (`released`). What the store says it gave, and no reply brought, was lost on the way: it is given
 * back as soon as no older call can still bring it.
 *
 * Beside them the gateway may have slots of its own, where it learns how much the service bears. They are set aside
 * before the store is asked, so that token and slot stay one decision.
 */
import type { Health } from '../overload/health.js';
import type { Slot } from '../overload/limiter.js';
import { type OwnSlots, UNBOUNDED } from '../overload/own-slots.js';

export class SlotAccount {
  #received = 0;
  #released = 0;
  #taken = 0;
  #sent = 0;
  /** Calls on their way, and how many of the gateway's own slots are set aside for each. */
  readonly #outstanding = new Map<number, number>();

  constructor(private readonly own: OwnSlots = UNBOUNDED) {}

  get taken(): number {
    return this.#taken;
  }

  get released(): number {
    return this.#released;
  }

  /** Slots in use here. */
  get inUse(): number {
    return this.#received - this.#released;
  }

  /** How many more claims may leave, as far as this gateway itself can tell. */
  get free(): number {
    return this.own.free;
  }

  /** Whether a permit should rather not be used: the service fails too often. */
  isTooMuch(): boolean {
    return this.own.isTooMuch();
  }

  /**
   * A call is on its way.
   * @param wanted - permits it could make use of
   * @returns its number, for `allowance` and `close`
   */
  open(wanted = 0): number {
    this.#outstanding.set(++this.#sent, this.own.reserve(wanted));
    return this.#sent;
  }

  /** Permits that this call may take; infinite where only the store counts. */
  allowance(call: number): number {
    return this.#outstanding.get(call) ?? 0;
  }

  /** A call is answered: the store has given `granted` by it, and `taken` ever. */
  close(call: number, granted: number, taken: number): void {
    this.#giveBack(call, granted);
    this.#received += granted;
    this.#taken = Math.max(this.#taken, taken);
    for (const other of this.#outstanding.keys()) if (other < call) return;
    if (taken > this.#received) {
      this.#released += taken - this.#received;
      this.#received = taken;
    }
  }

  /** A call stays without an answer. */
  abandon(call: number): void {
    this.#giveBack(call, 0);
  }

  /** Permits were not used. */
  release(count = 1): void {
    this.#released += count;
    this.own.giveBack(count);
  }

  /** A claim leaves with its permit. */
  begin(): Slot {
    return this.own.begin();
  }

  /** The service is done with a claim. */
  end(slot: Slot, health: Health): void {
    this.#released++;
    slot[health]();
  }

  #giveBack(call: number, used: number): void {
    const reserved = this.allowance(call);
    this.#outstanding.delete(call);
    if (reserved !== Number.POSITIVE_INFINITY && reserved > used) this.own.giveBack(reserved - used);
  }
}
