/** Wires the audit of one campaign's claims, for a process that serves nobody. */

import { CampaignClaims, FREE } from './claims/campaign-claims.js';
import type { ClaimsAudit, Resolution, UnknownClaim } from './claims/claims-audit.js';
import type { Memo } from './claims/entry-text.js';
import { RedisClaimsAudit } from './claims/redis-claims-audit.js';
import { claimsSecret } from './compose-campaign.js';
import type { LoadedConfig } from './config/load.js';
import { TicketCookie } from './http/cookies.js';
import { createLogger } from './kernel/logger.js';
import { connectRedis } from './redis/connection.js';
import { campaignKeys, settingsKeys } from './redis/keys.js';
import { loadScripts } from './redis/script.js';
import { sharedSecret } from './redis/shared-secret.js';

const PATIENCE_MS = 5000;

export interface OpenedAudit {
  readonly audit: ClaimsAudit;
  /** With the key by which the service knows each claim. */
  unknown(): AsyncIterable<Omit<UnknownClaim, 'memo'> & { readonly idempotencyKey: string | null }>;
  resolve(id: string, granted: boolean): Promise<Resolution>;
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
    throw new Error('The store is the memory of the gateway itself (store.kind: memory): nobody else can look into it');
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
  const claims = new CampaignClaims({
    campaign,
    secret: claimsSecret(keys, id),
    ownCookies: [new TicketCookie(id, config.server.tls !== null).name],
    nowMs: Date.now,
    storeUs: () => 0,
  });
  const audit = new RedisClaimsAudit({
    connection,
    keys: campaignKeys(store.keyPrefix, campaign.upstream, id),
    names: settingsKeys(store.keyPrefix, campaign.upstream, id),
    resolve: loadScripts().get('resolve'),
  });
  return {
    audit,
    async *unknown() {
      for await (const { memo, ...claim } of audit.unknown()) {
        yield { ...claim, idempotencyKey: claims.keyForService(claim.id, memo) };
      }
    },
    async resolve(name, granted) {
      if (!granted) return audit.resolve(name, FREE);
      let memo: Memo = { credentials: '', payload: '', clientKey: '' };
      for await (const claim of audit.unknown()) if (claim.id === name) memo = claim.memo;
      return audit.resolve(name, claims.resolvedGranted(memo));
    },
    close: () => connection.close(),
  };
}
