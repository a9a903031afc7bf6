/**
 * The settings of one campaign that hold on this gateway now: the file's, and over them what operators have set.
 * Every reply of the store tells the revision kept there.
 *
 *   same revision ──▶ nothing        newer ──▶ read it        older ──▶ the store lost data: give it back
 *
 * Until a newer revision is read, the store lets nobody in through this gateway, so that a pause or a lower rate
 * holds everywhere from the moment it is made.
 */
import { type EffectiveSettings, withOverrides } from '../campaign/overrides.js';
import type { CampaignConfig } from '../config/campaign-schema.js';
import type { Overrides } from '../config/override-schema.js';
import type { UpstreamConfig } from '../config/upstream-schema.js';
import { StoreUnavailableError } from '../kernel/errors.js';
import { type CampaignSettingsStore, NO_SETTINGS, type StoredSettings } from './campaign-settings-store.js';
import type { StoreView } from './exchange.js';

export interface LiveSettingsOptions {
  readonly store: CampaignSettingsStore;
  readonly campaign: CampaignConfig;
  readonly upstream: UpstreamConfig;
  /** Reads what was stored; what it does not understand, it leaves out. */
  readonly parse: (text: string) => Overrides;
  /** Told of a fault that is not merely the store being away. */
  readonly onFault: (fault: unknown) => void;
}

export class LiveSettings {
  #stored: StoredSettings = NO_SETTINGS;
  #effective: EffectiveSettings;
  #campaign: CampaignConfig;
  #upstream: UpstreamConfig;
  #work: Promise<void> | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly options: LiveSettingsOptions) {
    this.#campaign = options.campaign;
    this.#upstream = options.upstream;
    this.#effective = this.configured;
  }

  get revision(): number {
    return this.#stored.revision;
  }

  get stored(): StoredSettings {
    return this.#stored;
  }

  get effective(): EffectiveSettings {
    return this.#effective;
  }

  /** The file's own. */
  get configured(): EffectiveSettings {
    return this.with({});
  }

  get store(): CampaignSettingsStore {
    return this.options.store;
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** What holds with these overrides instead. */
  with(overrides: Overrides): EffectiveSettings {
    return withOverrides(this.#campaign, this.#upstream, overrides);
  }

  /** The file says something else from now on; what operators have set still wins over it. */
  configure(campaign: CampaignConfig, upstream: UpstreamConfig): void {
    this.#campaign = campaign;
    this.#upstream = upstream;
    this.#effective = this.with(this.#effective.overrides);
    for (const listener of this.#listeners) listener();
  }

  /** Catches up with the store, where a reply of it says that there is something to catch up with. */
  observe(view: StoreView): void {
    if (view.local === true || view.settingsRevision === this.revision || this.#work !== null) return;
    this.#work = this.#catchUp(view.settingsRevision)
      .catch((fault: unknown) => {
        if (!(fault instanceof StoreUnavailableError)) this.options.onFault(fault);
      })
      .finally(() => {
        this.#work = null;
      });
  }

  /** Resolves when what was begun by the last view is done. */
  async caughtUp(): Promise<void> {
    await this.#work;
  }

  /**
   * The newest settings there are, of the store and of this gateway.
   * @throws StoreUnavailableError
   */
  async newest(): Promise<StoredSettings> {
    await this.#catchUp((await this.store.read()).revision);
    return this.#stored;
  }

  /** Takes settings over as they are in the store; older ones than known are not taken. */
  take(settings: StoredSettings): void {
    if (settings.revision <= this.revision) return;
    this.#stored = settings;
    this.#effective = this.with(this.options.parse(settings.overrides));
    for (const listener of this.#listeners) listener();
  }

  async #catchUp(revision: number): Promise<void> {
    if (revision < this.revision) await this.store.restore(this.#stored);
    else if (revision > this.revision) this.take(await this.store.read());
  }
}
