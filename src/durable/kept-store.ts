/** The embedded store's folder: what each campaign wrote down in an earlier process, and where it goes on writing. */
import { randomBytes } from 'node:crypto';
import type { MemoryCampaignStore } from '../admission/memory-campaign-store.js';
import type { MemorySettingsStore } from '../admission/memory-settings-store.js';
import type { ClaimsAudit } from '../claims/claims-audit.js';
import { type Changes, Diary } from './diary.js';
import { DurableAudit } from './durable-audit.js';
import { DurableCampaign, type Keep } from './durable-campaign.js';
import { DurableSettings } from './durable-settings.js';

/** No campaign has these names. */
const GATEWAYS = '~gateways';
const SECRET = '~secret';

export class KeptStore {
  private constructor(
    private readonly diary: Diary,
    /** By owner and name; what was taken over is not here any more. */
    private readonly texts: Map<string, Map<string, string>>,
  ) {}

  /** @throws Error when the folder cannot be used */
  static async open(folder: string): Promise<KeptStore> {
    const diary = await Diary.open(folder);
    const texts = new Map<string, Map<string, string>>();
    for await (const [key, text] of diary.entries()) {
      const at = key.indexOf('/');
      const owner = key.slice(0, at);
      const own = texts.get(owner) ?? new Map<string, string>();
      texts.set(owner, own.set(key.slice(at + 1), text));
    }
    return new KeptStore(diary, texts);
  }

  /** Whether what happens is written down. */
  get works(): boolean {
    return !this.diary.failing;
  }

  campaign(id: string, memory: MemoryCampaignStore, settings: MemorySettingsStore, audit: ClaimsAudit) {
    const texts = this.#take(id);
    const keep = this.#keepOf(id);
    const exchanges = new DurableCampaign(memory, keep);
    const useless = exchanges.recall(texts);
    void keep(new Map(useless.map((name) => [name, null])), false).catch(() => {});
    const kept = new DurableSettings(settings, keep, () => exchanges.keepChange());
    kept.recall(texts);
    return { exchanges, settings: kept, audit: new DurableAudit(audit, exchanges, kept) };
  }

  gatewaysLog(memory: MemorySettingsStore): DurableSettings {
    const log = new DurableSettings(memory, this.#keepOf(GATEWAYS));
    log.recall(this.#take(GATEWAYS));
    return log;
  }

  /** The same in every process that has this folder. */
  async secret(): Promise<Uint8Array> {
    const known = this.texts.get(SECRET)?.get('tickets');
    if (known !== undefined) return Buffer.from(known, 'base64');
    const made = randomBytes(32);
    await this.#keepOf(SECRET)(new Map([['tickets', made.toString('base64')]]), true);
    return made;
  }

  close(): Promise<void> {
    return this.diary.close();
  }

  #take(owner: string): ReadonlyMap<string, string> {
    const texts = this.texts.get(owner) ?? new Map<string, string>();
    this.texts.delete(owner);
    return texts;
  }

  #keepOf(owner: string): Keep {
    return (changes: Changes, onDisk) => {
      const named = new Map([...changes].map(([name, text]) => [`${owner}/${name}`, text]));
      return this.diary.keep(named, onDisk);
    };
  }
}
