/** Settings on Redis: in the hash of the campaign's line, so that every exchange tells of their revision. */
import type { SettingsKeys } from '../redis/keys.js';
import type { Scripts } from '../redis/script.js';
import type { StoreCalls } from '../redis/store-calls.js';
import {
  type Amendment,
  type AmendResult,
  type CampaignSettingsStore,
  MOST_RECORDS,
  type StoredSettings,
} from './campaign-settings-store.js';

export interface RedisSettingsStoreOptions {
  readonly calls: StoreCalls;
  readonly scripts: Scripts;
  readonly keys: SettingsKeys;
}

const KINDS = ['stale', 'amended', 'open'] as const;

type Wire = readonly [done: number, revision: number, overrides: string, head: string];

export class RedisSettingsStore implements CampaignSettingsStore {
  constructor(private readonly options: RedisSettingsStoreOptions) {}

  async read(): Promise<StoredSettings> {
    return (await this.#call(['read'])).settings;
  }

  amend({ from, overrides, record, head, begins, calls }: Amendment): Promise<AmendResult> {
    return this.#call(['amend', from, overrides, head, record, begins, MOST_RECORDS, calls]);
  }

  async restore({ revision, overrides, head }: StoredSettings): Promise<void> {
    await this.#call(['restore', revision, overrides, head]);
  }

  async records(limit: number): Promise<readonly string[]> {
    const { calls, scripts, keys } = this.options;
    return (await calls.call(scripts.get('audit-records'), [keys.audit], [limit])) as string[];
  }

  async #call(args: Array<string | number>): Promise<AmendResult> {
    const { calls, scripts, keys } = this.options;
    const reply = await calls.call(
      scripts.get('amend'),
      [keys.line, keys.who, keys.door, keys.audit, keys.units, keys.marks, keys.seats],
      args,
    );
    const [done, revision, overrides, head] = reply as Wire;
    return { kind: KINDS[done] ?? 'stale', settings: { revision: Number(revision), overrides, head } };
  }
}
