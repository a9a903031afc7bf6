/** An operator's word on a claim, written down before it is answered. */
import type { AttemptEnd } from '../claims/campaign-claims.js';
import type {
  ClaimsAudit,
  ClaimsFigures,
  Erasure,
  RecordOf,
  Resolution,
  UnknownClaim,
} from '../claims/claims-audit.js';
import type { DurableCampaign } from './durable-campaign.js';
import type { DurableSettings } from './durable-settings.js';

export class DurableAudit implements ClaimsAudit {
  constructor(
    private readonly memory: ClaimsAudit,
    private readonly campaign: DurableCampaign,
    private readonly settings: DurableSettings,
  ) {}

  figures(): Promise<ClaimsFigures> {
    return this.memory.figures();
  }

  unknown(): AsyncIterable<UnknownClaim> {
    return this.memory.unknown();
  }

  async resolve(id: string, end: AttemptEnd, recordOf: RecordOf): Promise<Resolution> {
    const resolution = await this.memory.resolve(id, end, recordOf);
    if (resolution === 'resolved') await Promise.all([this.campaign.keepChange(id), this.settings.keepNewest()]);
    return resolution;
  }

  async erase(names: readonly string[], recordOf: RecordOf | null): Promise<Erasure> {
    const erasure = await this.memory.erase(names, recordOf);
    if (erasure === 'open' || recordOf === null) return erasure;
    await Promise.all([this.campaign.keepChange(...names), this.settings.keepNewest()]);
    return erasure;
  }
}
