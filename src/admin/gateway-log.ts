/** Records what operators do to gateways, in a chain of their own. */
import type { CampaignSettingsStore } from '../admission/campaign-settings-store.js';
import { StoreUnavailableError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.js';
import { type AuditRecord, recordHash } from './audit-chain.js';

const MOST_ATTEMPTS = 20;

/** What was done, to which gateway, by whom and why. */
export type GatewayDeed = Omit<AuditRecord, 'revision' | 'at' | 'previous'>;

export class GatewayLog {
  constructor(
    readonly store: CampaignSettingsStore,
    private readonly logger: Logger,
    private readonly wallMs: () => number,
  ) {}

  /** A gateway may be changed while the store is away: its log then has the only record. */
  async record(deed: GatewayDeed): Promise<void> {
    try {
      await this.#append(deed);
    } catch (fault) {
      if (!(fault instanceof StoreUnavailableError)) throw fault;
      this.logger.warn({ audit: deed, err: fault }, 'The store is away: this change stands in no audit log');
    }
  }

  async #append(deed: GatewayDeed): Promise<void> {
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      const { revision: from, head: previous } = await this.store.read();
      const at = new Date(this.wallMs()).toISOString();
      const record: AuditRecord = { revision: from + 1, at, ...deed, previous };
      const text = JSON.stringify(record);
      const head = recordHash(text);
      const result = await this.store.amend({ from, overrides: '', record: text, head, begins: 'nothing', calls: 0 });
      if (result.kind === 'stale') continue;
      this.logger.info({ audit: record, hash: head }, 'An operator changed a gateway');
      return;
    }
    throw new Error('The log of the gateways was busy for too long');
  }
}
