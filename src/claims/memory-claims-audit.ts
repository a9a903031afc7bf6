/** The audit of a campaign's claims in the embedded store. `redis-claims-audit.ts` is the same on Redis. */
import { STORE_TIME_ORIGIN_MS } from '../admission/exchange.js';
import type { MemoryCampaignStore } from '../admission/memory-campaign-store.js';
import type { MemorySettingsStore } from '../admission/memory-settings-store.js';
import type { AttemptEnd } from './campaign-claims.js';
import type { ClaimsAudit, ClaimsFigures, Erasure, RecordOf, Resolution, UnknownClaim } from './claims-audit.js';
import { parseEntry } from './entry-text.js';

export class MemoryClaimsAudit implements ClaimsAudit {
  constructor(
    private readonly store: MemoryCampaignStore,
    private readonly settings: MemorySettingsStore,
  ) {}

  async figures(): Promise<ClaimsFigures> {
    const { line, book } = this.store;
    return { epoch: line.epoch, ...line.figures(), entered: line.entered, ...book.figures(this.store.storeTimeUs()) };
  }

  async *unknown(): AsyncGenerator<UnknownClaim> {
    for (const [id, text] of this.store.book.unknownEntries(this.store.storeTimeUs())) {
      const entry = parseEntry(text);
      if (entry.kind === 'closed' || entry.kind === 'mark') continue;
      const since = new Date(STORE_TIME_ORIGIN_MS + entry.atUs / 1000).toISOString();
      yield { id, attempt: entry.attempt, since, memo: entry.memo };
    }
  }

  async resolve(id: string, end: AttemptEnd, recordOf: RecordOf): Promise<Resolution> {
    const resolution = this.store.book.resolve(id, end, this.store.storeTimeUs());
    if (resolution === 'resolved') this.settings.record(recordOf);
    return resolution;
  }

  async erase(names: readonly string[], recordOf: RecordOf | null): Promise<Erasure> {
    const { book } = this.store;
    const erasure = book.erase(names, this.store.storeTimeUs(), recordOf !== null);
    if (erasure !== 'open' && recordOf !== null) this.settings.record(recordOf);
    return erasure;
  }
}
