/**
 * What operators had erased, on its way to every process that still has it in memory. The audit log is the way: its
 * records have the names of the entries, every reply of the store tells the revision of the newest, and whoever is
 * behind reads those in between. Nothing else is forgotten with it.
 */
import type { CampaignSettingsStore } from '../admission/campaign-settings-store.js';
import { StoreUnavailableError } from '../kernel/errors.js';
import type { CampaignClaims } from './campaign-claims.js';

export interface ErasuresOptions {
  readonly records: CampaignSettingsStore['records'];
  readonly claims: () => CampaignClaims;
  /** Told of a fault that is not merely the store being away. */
  readonly onFault: (fault: unknown) => void;
}

export class Erasures {
  /** All records up to this revision have been heeded. */
  #heeded = 0;
  #reading = false;

  constructor(private readonly options: ErasuresOptions) {}

  /** @param revision - of the newest record known */
  observe(revision: number): void {
    if (revision <= this.#heeded || this.#reading) return;
    // Whoever remembers nothing has nothing to forget, and what comes later was read after the erasure.
    if (this.options.claims().cache.bytes === 0) this.#heeded = revision;
    else void this.#heed(revision);
  }

  async #heed(revision: number): Promise<void> {
    this.#reading = true;
    try {
      for (const { erased } of await this.#since(this.#heeded, revision)) {
        for (const name of erased) this.options.claims().forget(name);
      }
      this.#heeded = revision;
    } catch (fault) {
      if (!(fault instanceof StoreUnavailableError)) this.options.onFault(fault);
    } finally {
      this.#reading = false;
    }
  }

  /** The records after revision `from`. The newest are read: more of them where some were made meanwhile. */
  async #since(from: number, to: number): Promise<readonly Heard[]> {
    for (let count = to - from; ; count *= 2) {
      const heard = (await this.options.records(count)).map(readRecord);
      if (heard.length < count || heard[0]!.revision <= from + 1)
        return heard.filter(({ revision }) => revision > from);
    }
  }
}

interface Heard {
  readonly revision: number;
  /** Names of entries; mostly none. */
  readonly erased: readonly string[];
}

function readRecord(text: string): Heard {
  try {
    const { revision, action, after } = JSON.parse(text) as Record<string, unknown>;
    const { erased } = (action === 'erase' ? after : {}) as { readonly erased?: readonly string[] };
    return { revision: Number(revision), erased: erased ?? [] };
  } catch {
    return { revision: 0, erased: [] };
  }
}
