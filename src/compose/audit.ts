/** Wires the audit of one campaign's claims, for a process that serves nobody. */

import type { AuditVerdict } from '../admin/audit-chain.js';
import { type AuditLog, readLog } from '../admin/audit-trail.js';
import { ClaimsDesk } from '../admin/claims-desk.js';
import { MOST_RECORDS } from '../admission/campaign-settings-store.js';
import { CampaignClaims } from '../claims/campaign-claims.js';
import { RedisClaimsAudit } from '../claims/redis-claims-audit.js';
import type { LoadedConfig } from '../config/load.js';
import { TicketCookie } from '../http/cookies.js';
import { createLogger } from '../kernel/logger.js';
import { connectRedis, type RedisConnection } from '../redis/connection.js';
import { campaignKeys, claimPrefixesOfLanes, gatewaysLogKeys, type SettingsKeys, settingsKeys } from '../redis/keys.js';
import { loadScripts } from '../redis/script.js';
import { sharedSecret } from '../redis/shared-secret.js';
import type { Lottery } from '../waiting-room/lottery.js';
import { claimsSecret } from './campaign.js';

const PATIENCE_MS = 5000;

export interface OpenedAudit {
  readonly desk: ClaimsDesk;
  /** Whether the audit logs, of the campaign and of the gateways, are as they were written. */
  verify(): Promise<ReadonlyArray<{ readonly log: string; readonly verdict: AuditVerdict }>>;
  /** The draw as the store has it; null where there is none. */
  lottery(): Promise<Lottery | null>;
  close(): Promise<void>;
}

/** @throws Error when there is no such campaign, its store is another process's memory, or Redis does not answer */
export async function openClaimsAudit({ config, ticketKeys }: LoadedConfig, id: string): Promise<OpenedAudit> {
  const campaign = config.campaigns.find((one) => one.id === id);
  if (campaign === undefined) {
    throw new Error(`There is no campaign ${id}; there are ${config.campaigns.map((one) => one.id).join(', ')}`);
  }
  const { store } = config;
  if (store.kind !== 'redis') {
    throw new Error(
      `The store is the memory of the gateway itself (store.kind: memory): ask it, GET /admin/v1/campaigns/${id}/claims`,
    );
  }
  const connection = connectRedis(store, createLogger('silent'));
  try {
    await connection.ready(AbortSignal.timeout(PATIENCE_MS));
  } catch (fault) {
    await connection.close();
    throw new Error(`Redis did not answer within ${PATIENCE_MS} ms`, { cause: fault });
  }
  const keys =
    ticketKeys.length > 0 ? ticketKeys : [{ id: 'made', secret: await sharedSecret(connection, store.keyPrefix) }];
  const { line } = settingsKeys(store.keyPrefix, campaign.upstream, id);
  const era = Number((await connection.send('hget', [line, 'era'])) ?? 0);
  const claims = new CampaignClaims({
    campaign,
    secret: claimsSecret(keys, id),
    ownCookies: [new TicketCookie(id, config.server.tls !== null).name],
    nowMs: Date.now,
    era: () => era,
    storeUs: () => 0,
  });
  const audit = new RedisClaimsAudit({
    connection,
    keys: campaignKeys(store.keyPrefix, campaign.upstream, id),
    names: settingsKeys(store.keyPrefix, campaign.upstream, id),
    scripts: loadScripts(),
    laneClaimPrefixes: claimPrefixesOfLanes(store.keyPrefix, id, store.lanes),
  });
  return {
    desk: new ClaimsDesk(id, audit, () => claims),
    verify: () => {
      const own = logAt(connection, id, settingsKeys(store.keyPrefix, campaign.upstream, id));
      const logs = [own, logAt(connection, 'gateways', gatewaysLogKeys(store.keyPrefix))];
      return Promise.all(
        logs.map(async (log) => ({ log: log.name, verdict: (await readLog(log, MOST_RECORDS)).verdict })),
      );
    },
    async lottery() {
      const [key, from, to] = (await connection.send('hmget', [line, 'lotKey', 'lotFrom', 'lotTo'])) as string[];
      return key ? { key, from: Number(from ?? 0), to: Number(to ?? 0) } : null;
    },
    close: () => connection.close(),
  };
}

/** An audit log as it lies in the store. */
function logAt(connection: RedisConnection, name: string, { line, audit }: SettingsKeys): AuditLog {
  return {
    name,
    store: {
      async read() {
        const head = await connection.send('hget', [line, 'auditHead']);
        return { revision: 0, overrides: '', head: typeof head === 'string' ? head : '' };
      },
      records: async (limit) => (await connection.send('lrange', [audit, -limit, -1])) as string[],
    },
  };
}
