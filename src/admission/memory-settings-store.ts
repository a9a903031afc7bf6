/** Settings of the embedded store: they live as long as the process. `amend.lua` is the same on Redis. */
import {
  type Amendment,
  type AmendResult,
  type CampaignSettingsStore,
  MOST_RECORDS,
  NO_SETTINGS,
  type StoredSettings,
} from './campaign-settings-store.js';
import type { MemoryCampaignStore } from './memory-campaign-store.js';

export class MemorySettingsStore implements CampaignSettingsStore {
  #settings = NO_SETTINGS;
  readonly #records: string[] = [];

  /** @param campaign - whose exchange tells of the revision; null where there is no line */
  constructor(private readonly campaign: MemoryCampaignStore | null = null) {}

  async read(): Promise<StoredSettings> {
    return this.#settings;
  }

  async amend({ from, overrides, record, head, begins, calls }: Amendment): Promise<AmendResult> {
    if (from !== this.#settings.revision) return { kind: 'stale', settings: this.#settings };
    if (begins === 'era' && this.campaign?.book.hasOpenClaims) return { kind: 'open', settings: this.#settings };
    this.#keep({ revision: from + 1, overrides, head });
    this.#log(record);
    if (begins === 'era') this.campaign?.book.beginEra();
    if (calls > 0) this.campaign?.callAhead(calls);
    if (begins !== 'nothing') this.campaign?.beginEpoch();
    return { kind: 'amended', settings: this.#settings };
  }

  /** What is done to single claims stands in the same log. */
  record(recordOf: (revision: number, previous: string) => { readonly text: string; readonly hash: string }): void {
    const { revision, head, overrides } = this.#settings;
    const { text, hash } = recordOf(revision + 1, head);
    this.#keep({ revision: revision + 1, overrides, head: hash });
    this.#log(text);
  }

  async restore(settings: StoredSettings): Promise<void> {
    if (settings.revision > this.#settings.revision) this.#keep(settings);
  }

  /** Goes on where an earlier process ended. @param records - oldest first */
  recall(settings: StoredSettings, records: readonly string[]): void {
    this.#keep(settings);
    for (const record of records) this.#log(record);
  }

  async records(limit: number): Promise<readonly string[]> {
    return this.#records.slice(-limit);
  }

  #log(record: string): void {
    this.#records.push(record);
    if (this.#records.length > MOST_RECORDS) this.#records.shift();
  }

  #keep(settings: StoredSettings): void {
    this.#settings = settings;
    if (this.campaign !== null) this.campaign.settingsRevision = settings.revision;
  }
}
