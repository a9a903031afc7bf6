/** What is known of a campaign's claims, and an operator's word on those of which nobody knows how they ended. */
import { type CampaignClaims, FREE } from '../claims/campaign-claims.js';
import type { ClaimsAudit, ClaimsFigures, Resolution, UnknownClaim } from '../claims/claims-audit.js';
import type { Memo } from '../claims/entry-text.js';
import { type AuditRecord, recordHash } from './audit-chain.js';

/** With the key by which the service knows it; null where none was sent. */
export type ListedClaim = Omit<UnknownClaim, 'memo'> & { readonly idempotencyKey: string | null };

export const CLAIM_OUTCOMES = ['granted', 'not-granted'] as const;
export type ClaimOutcome = (typeof CLAIM_OUTCOMES)[number];

export class ClaimsDesk {
  /** @param claims - by the configuration in force */
  constructor(
    private readonly campaign: string,
    private readonly audit: ClaimsAudit,
    private readonly claims: () => CampaignClaims,
  ) {}

  figures(): Promise<ClaimsFigures> {
    return this.audit.figures();
  }

  /** In the order in which nobody knew of them any more. */
  async *unknown(): AsyncGenerator<ListedClaim> {
    for await (const { memo, ...claim } of this.audit.unknown()) {
      yield { ...claim, idempotencyKey: this.claims().keyForService(claim.id, memo) };
    }
  }

  /**
   * @param id - of a claim that `unknown` lists; `lost`: all units set aside for entries that were lost
   * @param word - whose it is, and why: both stand in the audit log
   */
  async resolve(
    id: string,
    outcome: ClaimOutcome,
    word: { readonly who: string; readonly reason: string },
  ): Promise<Resolution> {
    const recordOf = (revision: number, previous: string): { text: string; hash: string } => {
      const record: AuditRecord = {
        ...{ revision, at: new Date().toISOString(), action: 'resolve', subject: this.campaign, previous, ...word },
        ...{ before: { claim: id, outcome: 'unknown' }, after: { claim: id, outcome } },
      };
      const text = JSON.stringify(record);
      return { text, hash: recordHash(text) };
    };
    const end = outcome === 'granted' ? this.claims().resolvedGranted(await this.#memoOf(id)) : FREE;
    return this.audit.resolve(id, end, recordOf);
  }

  async #memoOf(id: string): Promise<Memo> {
    for await (const claim of this.audit.unknown()) if (claim.id === id) return claim.memo;
    return { credentials: '', payload: '', clientKey: '' };
  }
}
