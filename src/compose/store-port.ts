/** What the composition root asks of a store, whichever it is. */
import type { CampaignSettingsStore } from '../admission/campaign-settings-store.js';
import type { CampaignStore } from '../admission/exchange.js';
import type { GatewayRoster } from '../admission/gateway-roster.js';
import type { ClaimsAudit } from '../claims/claims-audit.js';
import type { GrantedMarks } from '../claims/granted-marks.js';
import type { CampaignConfig, Config } from '../config/schema.js';
import type { Clock } from '../kernel/clock.js';
import type { Logger } from '../kernel/logger.js';
import type { Random } from '../kernel/random.js';
import type { StoreFacts } from '../metrics/store-metrics.js';
import type { StoreMode } from '../metrics/vocabulary.js';
import type { CallObserver } from '../redis/store-calls.js';

/** What a campaign keeps outside the gateway. */
export interface OpenedCampaign {
  readonly exchanges: CampaignStore;
  readonly settings: CampaignSettingsStore;
  readonly granted: GrantedMarks;
  readonly audit: ClaimsAudit;
}

export interface Store {
  readonly facts: StoreFacts;
  /** How the claims of each campaign that was opened are decided now. */
  readonly modes: ReadonlyMap<string, StoreMode>;
  open(campaign: CampaignConfig): OpenedCampaign;
  /** The log of what operators did to gateways; it holds no settings. */
  readonly gatewaysLog: CampaignSettingsStore;
  /** Gateways on this store; one that shares it with nobody names none. */
  readonly roster: GatewayRoster;
  /** A secret that all gateways on this store have in common; for those that configured none. */
  secret(): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly config: Config;
  /** Ids of the upstreams in force. */
  readonly upstreams: () => readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly observe: CallObserver;
  /** Told of every claim of a campaign that was let in without the store, and by which policy. */
  readonly onFallback: (campaign: string, policy: 'local' | 'open') => void;
}
