/** What is known of a campaign's claims, and an operator's word on those of which nobody knows how they ended. */
import { type CampaignClaims, FREE } from '../claims/campaign-claims.js';
import type {
  ClaimsAudit,
  ClaimsFigures,
  Erasure,
  RecordOf,
  Resolution,
  UnknownClaim,
} from '../claims/claims-audit.js';
import type { Memo } from '../claims/entry-text.js';
import { type ClaimNaming, type NamedClaim, nameClaim } from '../claims/named-claim.js';
import { type AuditRecord, recordHash } from './audit-chain.js';

/** With the key by which the service knows it; null where none was sent. */
export type ListedClaim = Omit<UnknownClaim, 'memo'> & { readonly idempotencyKey: string | null };

export const CLAIM_OUTCOMES = ['granted', 'not-granted'] as const;
export type ClaimOutcome = (typeof CLAIM_OUTCOMES)[number];

/** An operator's name, and why: both stand in the audit log. */
export interface Word {
  readonly who: string;
  readonly reason: string;
}

export type ErasureOutcome =
  /** `entry`: the name that it has in store and audit log. */
  { readonly kind: Erasure; readonly entry: string } | { readonly kind: Exclude<ClaimNaming['kind'], 'named'> };

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
   */
  async resolve(id: string, outcome: ClaimOutcome, word: Word): Promise<Resolution> {
    const facts = {
      action: 'resolve',
      before: { claim: id, outcome: 'unknown' },
      after: { claim: id, outcome },
    } as const;
    const end = outcome === 'granted' ? this.claims().resolvedGranted(await this.#memoOf(id)) : FREE;
    return this.audit.resolve(id, end, this.#recordOf(facts, word));
  }

  /**
   * Takes what a claim was answered out of the store, and out of the memory of every gateway within a second. That it was
   * answered stays, so that nobody is paid twice. Whose it was is no business of the log: it has the entry's name.
   * @param word - null: only says what it would come to
   */
  async erase(claim: NamedClaim, word: Word | null): Promise<ErasureOutcome> {
    const naming = nameClaim(this.claims(), claim);
    if (naming.kind !== 'named') return naming;
    const { names } = naming;
    const [entry = ''] = names;
    const facts = { action: 'erase', before: { claim: entry }, after: { erased: names } } as const;
    const kind = await this.audit.erase(names, word === null ? null : this.#recordOf(facts, word));
    if (word !== null && kind !== 'open') for (const name of names) this.claims().forget(name);
    return { kind, entry };
  }

  #recordOf(facts: Pick<AuditRecord, 'action' | 'before' | 'after'>, word: Word): RecordOf {
    return (revision, previous) => {
      const at = new Date().toISOString();
      const record: AuditRecord = { revision, at, subject: this.campaign, previous, ...facts, ...word };
      const text = JSON.stringify(record);
      return { text, hash: recordHash(text) };
    };
  }

  async #memoOf(id: string): Promise<Memo> {
    for await (const claim of this.audit.unknown()) if (claim.id === id) return claim.memo;
    return { credentials: '', payload: '', clientKey: '' };
  }
}
