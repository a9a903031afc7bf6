/**
 * Into how many lanes the claimants of an upstream's campaigns are divided: the first gateway writes it down beside the
 * line, and one that was told another number takes no part, because it would look for places and answers where they are not.
 * It is kept on the line's own shard, so that where it cannot be read there is nothing to take part in either.
 */
import { StoreUnavailableError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.js';
import type { RedisConnection } from '../redis/connection.js';
import { laneCountKey } from '../redis/keys.js';
import type { StoreCalls } from '../redis/store-calls.js';
import type { CampaignStore, ExchangeCall, ExchangeReply } from './exchange.js';

export interface LaneCountOptions {
  readonly connection: RedisConnection;
  readonly calls: StoreCalls;
  readonly keyPrefix: string;
  readonly upstream: string;
  readonly lanes: number;
  readonly logger: Logger;
}

export type LanesFound =
  | { readonly kind: 'agree' }
  | { readonly kind: 'differ'; readonly problem: string; readonly cure: string }
  /** The store does not say. */
  | { readonly kind: 'unknown' };

export class RedisLaneCount {
  #agreed = false;
  #told = false;

  constructor(private readonly options: LaneCountOptions) {}

  get agreed(): boolean {
    return this.#agreed;
  }

  /** Asks the store, until it was once found to agree. */
  async find(): Promise<LanesFound> {
    if (this.#agreed) return { kind: 'agree' };
    const { calls, lanes } = this.options;
    const kept = await calls.deadlines.watch('lanes', this.#ask()).catch(() => null);
    if (kept === null) return { kind: 'unknown' };
    if (kept !== lanes) return this.#differ(kept);
    this.#agreed = true;
    return { kind: 'agree' };
  }

  async #ask(): Promise<number> {
    const { connection, keyPrefix, upstream, lanes } = this.options;
    const key = laneCountKey(keyPrefix, upstream);
    await connection.send('set', [key, lanes, 'NX']);
    return Number(await connection.send('get', [key]));
  }

  #differ(kept: number): LanesFound {
    const { keyPrefix, upstream, lanes, logger } = this.options;
    const problem = `The store keeps the claimants of upstream '${upstream}' in ${kept} lanes; this gateway was told ${lanes}.`;
    const cure = `Set store.lanes to ${kept}; or, between campaigns and with all gateways stopped, delete the key ${laneCountKey(keyPrefix, upstream)}.`;
    if (!this.#told)
      logger.error({ upstream, kept, lanes, cure }, 'The store has another number of lanes; claims are refused');
    this.#told = true;
    return { kind: 'differ', problem, cure };
  }
}

/** A campaign's store, for gateways that agree with it on the number of lanes. */
export class AgreedLanes implements CampaignStore {
  constructor(
    private readonly store: CampaignStore,
    private readonly count: RedisLaneCount,
  ) {}

  exchange(call: ExchangeCall): Promise<ExchangeReply> {
    return this.count.agreed ? this.store.exchange(call) : this.#once(call);
  }

  async #once(call: ExchangeCall): Promise<ExchangeReply> {
    const { kind } = await this.count.find();
    if (kind === 'differ') throw new StoreUnavailableError('lanes', 0);
    return this.store.exchange(call);
  }
}
