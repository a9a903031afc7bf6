/** Operators' settings that outlive the process: `settings`, and `record/<revision>`, oldest first. */
import type {
  Amendment,
  AmendResult,
  CampaignSettingsStore,
  StoredSettings,
} from '../admission/campaign-settings-store.js';
import type { MemorySettingsStore } from '../admission/memory-settings-store.js';
import type { Keep } from './durable-campaign.js';

const DIGITS = 12;

export class DurableSettings implements CampaignSettingsStore {
  /** @param changed - told of an amendment before it is answered: it may have begun a line or a ledger anew */
  constructor(
    private readonly memory: MemorySettingsStore,
    private readonly keep: Keep,
    private readonly changed: () => Promise<void> = async () => {},
  ) {}

  read(): Promise<StoredSettings> {
    return this.memory.read();
  }

  async amend(amendment: Amendment): Promise<AmendResult> {
    const result = await this.memory.amend(amendment);
    if (result.kind !== 'amended') return result;
    await Promise.all([this.keepNewest(), this.changed()]);
    return result;
  }

  async restore(settings: StoredSettings): Promise<void> {
    await this.memory.restore(settings);
    await this.keep(new Map([['settings', JSON.stringify(await this.memory.read())]]), true);
  }

  records(limit: number): Promise<readonly string[]> {
    return this.memory.records(limit);
  }

  /** Writes down the settings and the newest record. */
  async keepNewest(): Promise<void> {
    const settings = await this.memory.read();
    const [record = ''] = await this.memory.records(1);
    const name = `record/${String(settings.revision).padStart(DIGITS, '0')}`;
    await this.keep(
      new Map([
        ['settings', JSON.stringify(settings)],
        [name, record],
      ]),
      true,
    );
  }

  recall(texts: ReadonlyMap<string, string>): void {
    const settings = texts.get('settings');
    if (settings === undefined) return;
    const records = [...texts].filter(([name]) => name.startsWith('record/')).sort(([a], [b]) => (a < b ? -1 : 1));
    this.memory.recall(
      JSON.parse(settings) as StoredSettings,
      records.map(([, record]) => record),
    );
  }
}
