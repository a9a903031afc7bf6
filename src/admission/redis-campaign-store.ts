/** One campaign's shared state on Redis, behind `exchange.lua`. */
import { type CampaignKeys, campaignKeys } from '../redis/keys.js';
import type { Script } from '../redis/script.js';
import type { StoreCalls } from '../redis/store-calls.js';
import type { CampaignStore, ExchangeCall, ExchangeReply } from './exchange.js';
import type { ExchangeSettings } from './exchange-settings.js';
import { encodeCall, settingsText } from './redis-exchange-call.js';
import { decodeReply, type Wire } from './redis-exchange-reply.js';

export interface RedisCampaignStoreOptions {
  readonly calls: StoreCalls;
  readonly script: Script;
  readonly keyPrefix: string;
  readonly upstream: string;
  readonly campaign: string;
  /** Whether places are kept in lanes: asks bring them along. Left out: the line keeps them. */
  readonly placesAway?: boolean;
  /** Tests only: store time in microseconds, instead of the server's clock. */
  readonly storeTimeUs?: () => number;
}

export class RedisCampaignStore implements CampaignStore {
  readonly #keys: CampaignKeys;
  #settings: ExchangeSettings | null = null;
  #settingsText = '';

  constructor(private readonly options: RedisCampaignStoreOptions) {
    this.#keys = campaignKeys(options.keyPrefix, options.upstream, options.campaign);
  }

  async exchange(call: ExchangeCall): Promise<ExchangeReply> {
    const { calls, script, storeTimeUs } = this.options;
    const keys = [...this.#keys.fixed];
    const nowUs = storeTimeUs === undefined ? '' : String(storeTimeUs());
    const args = encodeCall(call, nowUs, this.#textOf(call.settings), keys, this.#keys);
    return decodeReply((await calls.call(script, keys, args)) as Wire, call);
  }

  /** Written anew only when something in them changes: nearly every call brings those of the one before. */
  #textOf(settings: ExchangeSettings): string {
    if (settings !== this.#settings) {
      this.#settings = settings;
      this.#settingsText = settingsText(settings, this.options.placesAway === true);
    }
    return this.#settingsText;
  }
}
