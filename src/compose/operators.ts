/** Wires what operators see and turn: the admin API, the operator page with its stream and its curves, health, metrics. */
import { adminApi } from '../admin/api.js';
import { createAdminApp } from '../admin/app.js';
import { GatewayLog } from '../admin/gateway-log.js';
import { History } from '../admin/history.js';
import { LiveStream } from '../admin/live-stream.js';
import type { LoadedConfig } from '../config/load.js';
import type { Clock } from '../kernel/clock.js';
import type { Logger } from '../kernel/logger.js';
import type { Readiness } from '../lifecycle/readiness.js';
import type { ReloadOutcome } from '../lifecycle/reload.js';
import type { Metrics } from '../metrics/catalogue.js';
import type { ServedCampaigns } from './campaigns.js';
import type { Store } from './store-port.js';

export interface OperatorParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly version: string;
  /** The name of this gateway among those that share a store. */
  readonly gateway: string;
  readonly store: Store;
  readonly served: ServedCampaigns;
  readonly readiness: Readiness;
  readonly loaded: () => LoadedConfig;
  readonly isDraining: () => boolean;
  readonly drain: () => void;
  readonly reload: (dryRun: boolean) => Promise<ReloadOutcome>;
}

export interface ComposedOperators {
  readonly app: ReturnType<typeof createAdminApp>;
  readonly history: History;
}

export function composeOperators(parts: OperatorParts): ComposedOperators {
  const { clock, logger, metrics, version, gateway, store, served, readiness, loaded, isDraining } = parts;
  const history = new History({
    clock,
    campaigns: () => [...served.desks.values()].map(({ campaign }) => campaign),
    totals: (campaign) => metrics.campaign(campaign).totals(),
  });
  const live = new LiveStream({
    clock,
    desks: served.desks,
    history,
    gateway,
    version,
    facts: () => ({ revision: loaded().revision, draining: isDraining(), store: { ...store.facts } }),
  });
  const api = adminApi({
    logger,
    live: live.handler,
    acted: (action, result) => metrics.gateway.acted(action, result),
    loaded,
    version,
    gateway,
    roster: store.roster,
    desks: served.desks,
    gatewayLog: new GatewayLog(store.gatewaysLog, logger, () => clock.wallMs()),
    logs: () => [
      ...[...served.composed].map(([id, { live }]) => ({ name: id, store: live.store })),
      { name: 'gateways', store: store.gatewaysLog },
    ],
    isDraining,
    drain: parts.drain,
    reload: parts.reload,
  });
  const { exposition } = metrics;
  const app = createAdminApp({ tokens: () => loaded().config.admin.tokens, exposition, readiness, logger, api });
  return { app, history };
}
