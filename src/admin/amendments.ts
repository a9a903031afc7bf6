/**
 * How a word of an operator gets into the store: onto the newest settings there are, together with its audit record, or
 * not at all. Two people who change at once are told apart by the revision they started from.
 */
import type { CampaignLink } from '../admission/campaign-link.js';
import type { Amendment, AmendResult, StoredSettings } from '../admission/campaign-settings-store.js';
import type { LiveSettings } from '../admission/live-settings.js';
import type { CampaignState } from '../campaign/schedule.js';
import type { Overrides } from '../config/override-schema.js';
import { StoreUnavailableError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.js';
import { type AuditRecord, recordHash } from './audit-chain.js';
import type { BodyFault } from './changes.js';
import type { ClaimsDesk } from './claims-desk.js';
import type { PlaceDesk } from './places.js';

export interface OperatedCampaign {
  readonly id: string;
  readonly live: LiveSettings;
  readonly link: CampaignLink;
  /** The state if these overrides held now. */
  stateWith(overrides: Overrides): CampaignState;
  /** Milliseconds since the Unix epoch, on the store's clock. */
  nowMs(): number;
  readonly places: PlaceDesk;
  readonly claims: ClaimsDesk;
}

export interface Order {
  readonly who: string;
  readonly reason: string;
  /** The revision that it was given for; null: whichever is the newest. */
  readonly from: number | null;
  readonly dryRun: boolean;
}

export type Outcome =
  /** `revision`: in force now; for a dry run, the one it was predicted for. */
  | { readonly kind: 'done' | 'dry-run' | 'unchanged'; readonly revision: number; readonly effect: readonly string[] }
  | { readonly kind: 'conflict'; readonly revision: number }
  | { readonly kind: 'wrong'; readonly faults: readonly BodyFault[] };

export type Facts = Pick<AuditRecord, 'action' | 'before' | 'after'>;

/** What is done in the same step. */
export type AlsoDone = Pick<Amendment, 'begins' | 'calls'>;

export const NOTHING_ELSE: AlsoDone = { begins: 'nothing', calls: 0 };

/** How often a change begins anew because somebody else came first. */
const MOST_ATTEMPTS = 5;

export class Amendments {
  constructor(
    private readonly campaign: OperatedCampaign,
    private readonly logger: Logger,
  ) {}

  /** @param once - null: somebody else came first */
  async attempt(order: Order, once: (stored: StoredSettings) => Promise<Outcome | null>): Promise<Outcome> {
    for (let attempt = 1; ; attempt++) {
      const stored = await this.campaign.live.newest();
      if (order.from !== null && order.from !== stored.revision) {
        return { kind: 'conflict', revision: stored.revision };
      }
      const outcome = await once(stored);
      if (outcome !== null) return outcome;
      if (attempt === MOST_ATTEMPTS) return { kind: 'conflict', revision: stored.revision + 1 };
    }
  }

  /** An answer that does not come in time does not say that nothing was done: the store is asked whose word it has. */
  async write(
    stored: StoredSettings,
    overrides: string,
    facts: Facts,
    also: AlsoDone,
    { who, reason }: Pick<Order, 'who' | 'reason'>,
  ): Promise<AmendResult> {
    const { id, live, nowMs } = this.campaign;
    const record: AuditRecord = {
      revision: stored.revision + 1,
      at: new Date(nowMs()).toISOString(),
      who,
      ...facts,
      subject: id,
      reason,
      previous: stored.head,
    };
    const text = JSON.stringify(record);
    const head = recordHash(text);
    const amendment = { from: stored.revision, overrides, record: text, head, ...also };
    const result = await live.store.amend(amendment).catch(async (fault: unknown): Promise<AmendResult> => {
      if (!(fault instanceof StoreUnavailableError)) throw fault;
      const settings = await live.store.read();
      if (settings.head !== head) throw fault;
      return { kind: 'amended', settings };
    });
    if (result.kind === 'amended') this.logger.info({ audit: record, hash: head }, 'An operator changed a campaign');
    live.take(result.settings);
    return result;
  }
}
