/**
 * This gateway's share of an upstream's slots. The store counts what it ever gave (`taken`), the gateway what it
 * ever gave back (`released`). What the store says it gave, and no reply brought, was lost on the way: it is given
 * back as soon as no older call can still bring it.
 */
export class SlotAccount {
  #received = 0;
  #released = 0;
  #taken = 0;
  #sent = 0;
  readonly #outstanding = new Set<number>();

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

  /** A call is on its way. @returns its number, for `close` */
  open(): number {
    this.#outstanding.add(++this.#sent);
    return this.#sent;
  }

  /** A call is answered: the store has given `granted` by it, and `taken` ever. */
  close(call: number, granted: number, taken: number): void {
    this.#outstanding.delete(call);
    this.#received += granted;
    this.#taken = Math.max(this.#taken, taken);
    for (const other of this.#outstanding) if (other < call) return;
    if (taken > this.#received) {
      this.#released += taken - this.#received;
      this.#received = taken;
    }
  }

  /** A call stays without an answer. */
  abandon(call: number): void {
    this.#outstanding.delete(call);
  }

  release(count = 1): void {
    this.#released += count;
  }
}
