/**
 * Calls to Redis by upstream. All keys of an upstream share one hash tag, and so one shard: in a cluster one shard may
 * be away while the others answer, and each upstream has a breaker of its own, whose probe writes to its own shard. On
 * a single Redis they open and close together.
 */
import type { Logger } from '../kernel/logger.js';
import { probeKey } from './keys.js';
import { StoreCalls, type StoreCallsOptions } from './store-calls.js';

export interface ShardsOptions extends Omit<StoreCallsOptions, 'probeKey'> {
  readonly keyPrefix: string;
  readonly logger: Logger;
}

export class Shards {
  readonly #calls = new Map<string, StoreCalls>();

  constructor(private readonly options: ShardsOptions) {}

  of(upstream: string): StoreCalls {
    const known = this.#calls.get(upstream);
    if (known !== undefined) return known;
    const { keyPrefix, logger, ...options } = this.options;
    const calls = new StoreCalls({ ...options, probeKey: probeKey(keyPrefix, upstream) });
    let away = false;
    calls.breaker.onChange((state, reason) => {
      if (state === 'closed') logger.info({ upstream }, 'The store answers again');
      else if (!away) logger.warn({ upstream, reason }, 'The store does not answer; claims go by onStoreFailure');
      away = state !== 'closed';
    });
    this.#calls.set(upstream, calls);
    return calls;
  }

  /** Sends no more probes. The connection is its owner's to close. */
  stop(): void {
    for (const calls of this.#calls.values()) calls.stop();
  }
}
