/** The audit logs of all campaigns, and of what was done to gateways, as one. */
import type { CampaignSettingsStore } from '../admission/campaign-settings-store.js';
import { type AuditRecord, type AuditVerdict, verifyAudit } from './audit-chain.js';

/** One chain; `name` is a campaign's id, or `gateways`. */
export interface AuditLog {
  readonly name: string;
  readonly store: Pick<CampaignSettingsStore, 'read' | 'records'>;
}

export interface AuditTrail {
  /** Newest first. */
  readonly records: ReadonlyArray<AuditRecord & { readonly log: string }>;
  readonly chains: Readonly<Record<string, AuditVerdict>>;
}

/**
 * @param limit - records looked at of each log, and shown of all
 * @throws StoreUnavailableError
 */
export async function readTrail(logs: readonly AuditLog[], limit: number): Promise<AuditTrail> {
  const read = await Promise.all(logs.map(async (log) => ({ log, ...(await readLog(log, limit)) })));
  const records = read.flatMap(({ log, texts }) => texts.flatMap((text) => shown(text, log.name)));
  records.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : b.revision - a.revision));
  return {
    records: records.slice(0, limit),
    chains: Object.fromEntries(read.map(({ log, verdict }) => [log.name, verdict])),
  };
}

/** A record that is made between the two looks is no breach: the log is then looked at again. */
export async function readLog(
  { store }: AuditLog,
  limit: number,
): Promise<{ texts: readonly string[]; verdict: AuditVerdict }> {
  for (;;) {
    const { head } = await store.read();
    const texts = await store.records(limit);
    if ((await store.read()).head === head) return { texts, verdict: verifyAudit(texts, head) };
  }
}

function shown(text: string, log: string): Array<AuditRecord & { readonly log: string }> {
  try {
    return [{ log, ...(JSON.parse(text) as AuditRecord) }];
  } catch {
    return [];
  }
}
