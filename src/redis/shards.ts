/**
 * Calls to Redis by upstream, or by lane. All keys of an upstream share one hash tag, and so one shard; so do those of a
 * lane. In a cluster one shard may be away while the others answer: each upstream and each lane has a breaker of its own,
 * whose probe writes to its own shard. On a single Redis they open and close together.
 */
import type { Logger } from '../kernel/logger.js';
import type { BreakerState } from './breaker.js';
import { probeKey } from './keys.js';
import { StoreCalls, type StoreCallsOptions } from './store-calls.js';

export interface ShardsOptions extends Omit<StoreCallsOptions, 'probeKey'> {
  readonly keyPrefix: string;
  readonly logger: Logger;
  /** What is told apart here. */
  readonly by: keyof typeof AWAY;
}

/** What the log says of one that is away. */
const AWAY = {
  upstream: 'The store does not answer; claims go by onStoreFailure',
  lane: 'The shard of a lane does not answer; claims of its claimants are refused',
} as const;

export class Shards {
  readonly #calls = new Map<string, StoreCalls>();

  constructor(private readonly options: ShardsOptions) {}

  of(name: string): StoreCalls {
    const known = this.#calls.get(name);
    if (known !== undefined) return known;
    const { keyPrefix, logger, by, ...options } = this.options;
    const calls = new StoreCalls({ ...options, probeKey: probeKey(keyPrefix, name) });
    let away = false;
    calls.breaker.onChange((state, reason) => {
      if (state === 'closed') logger.info({ [by]: name }, 'The store answers again');
      else if (!away) logger.warn({ [by]: name, reason }, AWAY[by]);
      away = state !== 'closed';
    });
    this.#calls.set(name, calls);
    return calls;
  }

  /** Of those that were ever called. */
  get breakerStates(): BreakerState[] {
    return [...this.#calls.values()].map(({ breaker }) => breaker.state);
  }

  /** Sends no more probes. The connection is its owner's to close. */
  stop(): void {
    for (const calls of this.#calls.values()) calls.stop();
  }
}
