/**
 * Slots at one upstream, over all gateways and campaigns. A gateway's share is the difference of two numbers
 * that only grow: slots ever taken (counted here) and slots ever given back (counted there). A lost answer is
 * therefore mended by the next one, and a silent gateway's share ends with its lease.
 */
interface Share {
  taken: number;
  released: number;
  seenUs: number;
  leaseUs: number;
}

/** A gateway that was silent for longer does not count as alive. */
const ALIVE_US = 1_500_000;

export class MemorySlots {
  readonly #shares = new Map<string, Share>();

  /** Merges what `gateway` knows of its own share. */
  report(gateway: string, taken: number, released: number, nowUs: number, leaseMs: number): void {
    const share = this.#shares.get(gateway) ?? { taken: 0, released: 0, seenUs: 0, leaseUs: 0 };
    share.taken = Math.max(share.taken, taken);
    share.released = Math.max(share.released, released);
    share.seenUs = nowUs;
    share.leaseUs = leaseMs * 1000;
    this.#shares.set(gateway, share);
    for (const [id, one] of this.#shares) {
      if (one.seenUs + Math.max(one.leaseUs, ALIVE_US) < nowUs) this.#shares.delete(id);
    }
  }

  take(gateway: string): void {
    const share = this.#shares.get(gateway);
    if (share !== undefined) share.taken++;
  }

  taken(gateway: string): number {
    return this.#shares.get(gateway)?.taken ?? 0;
  }

  inUse(nowUs: number): number {
    let total = 0;
    for (const share of this.#shares.values()) {
      if (share.seenUs + share.leaseUs >= nowUs) total += Math.max(0, share.taken - share.released);
    }
    return total;
  }

  alive(nowUs: number): number {
    let total = 0;
    for (const share of this.#shares.values()) if (share.seenUs + ALIVE_US >= nowUs) total++;
    return total;
  }
}
