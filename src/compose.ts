/**
 * The composition root: the only place that knows which class stands behind which port. Tests compose the same
 * gateway as the program does.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { adminApi } from './admin/api.js';
import { createAdminApp } from './admin/app.js';
import { CampaignDesk } from './admin/campaign-desk.js';
import { GatewayLog } from './admin/gateway-log.js';
import { type AdminListener, listenAdmin } from './admin/listener.js';
import { SlotAccount } from './admission/slot-account.js';
import { RouteMatcher } from './campaign/routes.js';
import { ClientAddresses } from './claimant/client-address.js';
import { type ComposedCampaign, composeCampaign } from './compose-campaign.js';
import { composeLine } from './compose-line.js';
import { openStore, type Store } from './compose-store.js';
import type { LoadedConfig } from './config/load.js';
import type { Config } from './config/schema.js';
import { answerClientErrors } from './http/client-error.js';
import { Cors } from './http/cors.js';
import { createPrelinkedServer } from './http/express-app.js';
import { createGatewayApp } from './http/gateway-app.js';
import { RequestIds } from './http/request-id.js';
import type { Clock } from './kernel/clock.js';
import type { Logger } from './kernel/logger.js';
import type { Random } from './kernel/random.js';
import { Drain } from './lifecycle/drain.js';
import { Readiness } from './lifecycle/readiness.js';
import { createMetrics, type Metrics } from './metrics/catalogue.js';
import type { Exposition } from './metrics/exposition.js';
import { Upstream } from './proxy/upstream.js';
import type { TicketKey } from './waiting-room/tickets.js';

export interface GatewayOptions {
  readonly loaded: LoadedConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly version: string;
  /** Set where this gateway is one of several workers of a machine. */
  readonly worker?: GatewayAsWorker;
}

export interface GatewayAsWorker {
  /** Where the admin listener is, in place of the configured port: a socket in the file system. */
  readonly adminPath: string;
  /** An operator told this gateway to drain; it means the whole machine. */
  readonly onDrain: () => void;
}

export interface Gateway {
  /** The ports in use. */
  readonly port: number;
  readonly adminPort: number;
  readonly campaigns: ReadonlyMap<string, ComposedCampaign>;
  /** Stops without a failed request; asked again, it waits for nobody. @returns the exit status */
  stop(): Promise<number>;
  readonly readiness: Readiness;
  readonly exposition: Exposition;
  /** The exit status, once it has stopped, whoever told it to. */
  readonly done: Promise<number>;
}

/** Connections that may wait to be accepted; the system's own bound (somaxconn, mostly 4096) holds as well. */
const BACKLOG = 4096;

interface UpstreamParts {
  readonly upstream: Upstream;
  readonly slots: SlotAccount;
}

/** @throws the system's error when an address cannot be taken */
export async function composeGateway(options: GatewayOptions): Promise<Gateway> {
  const { loaded, clock, random, logger, version } = options;
  const { config, revision } = loaded;
  const metrics = createMetrics({
    version,
    config,
    revision,
    loadedAtMs: clock.wallMs(),
    scripts: ['exchange', 'amend', 'audit-records', 'gateways'],
  });
  const store = await openStore({
    config,
    clock,
    random,
    logger,
    observe: metrics.store.called,
    onFallback: (campaign) => metrics.campaign(campaign).fallbackDecision('local').inc(),
  });
  metrics.store.mirror(store.facts);
  const upstreams = composeUpstreams(config, clock, metrics);
  const name = randomBytes(9).toString('base64url');
  const campaigns = await composeCampaigns(options, name, store, upstreams, metrics);
  const readiness = new Readiness();
  readiness.detail('store', () => ({ up: store.facts.up, mode: store.facts.mode }));
  readiness.configured();
  const contexts = new Map([...campaigns].map(([id, { context }]) => [id, context]));
  const ids = new RequestIds();
  const { basePath } = config.server;
  const matcher = new RouteMatcher([...contexts.values()]);
  const line = composeLine({ contexts, matcher, basePath, clock, random, metrics });
  const app = createGatewayApp({
    basePath,
    campaigns: contexts,
    pages: line.pages,
    streams: line.streams,
    matcher,
    addresses: new ClientAddresses(config.server.trustProxy),
    cors: new Cors(config.server.cors.origins),
    maxBodyBytes: config.server.maxBodyBytes,
    ids,
    clock,
    random,
    metrics,
    logger,
  });
  const server = createPrelinkedServer(app);
  const refused = metrics.campaign('').request('other', 'refused');
  answerClientErrors(server, ids, () => refused.finished(400, 0));
  let stopped: (status: number) => void = () => {};
  const done = new Promise<number>((resolve) => {
    stopped = resolve;
  });
  const stop = (): Promise<number> => {
    const ending = drain.stop();
    void ending.then(stopped);
    return ending;
  };
  const desks = new Map([...campaigns].map(([id, { operated }]) => [id, new CampaignDesk(operated, logger)]));
  const gatewayLog = new GatewayLog(store.gatewaysLog, logger, () => clock.wallMs());
  const api = adminApi({
    config,
    revision,
    version,
    gateway: name,
    roster: store.roster,
    desks,
    gatewayLog,
    logs: [
      ...[...campaigns].map(([id, { live }]) => ({ name: id, store: live.store })),
      { name: 'gateways', store: store.gatewaysLog },
    ],
    isDraining: () => drain.phase !== 'serving',
    drain: options.worker?.onDrain ?? (() => void stop()),
  });
  const { exposition } = metrics;
  const adminApp = createAdminApp({ tokens: config.admin.tokens, exposition, readiness, logger, api });
  let admin: AdminListener = { port: 0, close: async () => {} };
  const drain = new Drain({
    readiness,
    servers: [server],
    leaveMs: config.server.leaveMs,
    drainMs: config.server.drainMs,
    onFinishing: () => line.stop(),
    releases: releasesOf({ close: () => admin.close() }, store, upstreams, campaigns),
    clock,
    logger,
  });
  metrics.gateway.mirror({
    get connections() {
      return connectionsOf(server);
    },
    get draining() {
      return drain.phase !== 'serving';
    },
    workers: 1,
  });
  try {
    admin = await listenAdmin(adminApp, options.worker ? { path: options.worker.adminPath } : config.admin);
    await Promise.all(
      [...campaigns.values()].map(async ({ context, live }) => {
        await context.link.start();
        await live.caughtUp();
      }),
    );
    const { host, port } = config.server;
    server.listen({ host, port, backlog: BACKLOG, exclusive: options.worker === undefined });
    await once(server, 'listening');
  } catch (fault) {
    // Asked twice, it waits for nobody: there is nobody yet.
    void drain.stop();
    await drain.stop();
    throw fault;
  }
  readiness.listening();
  return {
    port: (server.address() as AddressInfo).port,
    adminPort: admin.port,
    campaigns,
    readiness,
    exposition,
    stop,
    done,
  };
}

function composeUpstreams(config: Config, clock: Clock, metrics: Metrics): ReadonlyMap<string, UpstreamParts> {
  return new Map(
    config.upstreams.map((upstreamConfig) => {
      const slots = new SlotAccount();
      metrics.upstream(upstreamConfig.id).mirror({
        get inFlight() {
          return slots.inUse;
        },
        limit: upstreamConfig.concurrency.limit,
        breaker: 'closed',
      });
      return [upstreamConfig.id, { upstream: new Upstream(upstreamConfig, clock), slots }];
    }),
  );
}

async function composeCampaigns(
  options: GatewayOptions,
  gateway: string,
  store: Store,
  upstreams: ReadonlyMap<string, UpstreamParts>,
  metrics: Metrics,
): Promise<ReadonlyMap<string, ComposedCampaign>> {
  const { config, ticketKeys } = options.loaded;
  const keys: readonly TicketKey[] =
    ticketKeys.length > 0 ? ticketKeys : [{ id: 'made', secret: await store.secret() }];
  return new Map(
    config.campaigns.map((campaign) => {
      const { upstream, slots } = upstreams.get(campaign.upstream)!;
      const upstreamConfig = config.upstreams.find(({ id }) => id === campaign.upstream)!;
      const composed = composeCampaign({
        ...options,
        campaign,
        upstreamConfig,
        config,
        upstream,
        slots,
        store: store.open(campaign),
        keys,
        secretsOf: options.loaded.secretsOf,
        gateway,
        metrics,
      });
      return [campaign.id, composed];
    }),
  );
}

/** In the order in which things were taken; given back the other way round. */
function releasesOf(
  admin: { close(): Promise<void> },
  store: Store,
  upstreams: ReadonlyMap<string, UpstreamParts>,
  campaigns: ReadonlyMap<string, ComposedCampaign>,
): Array<() => Promise<void>> {
  return [
    () => admin.close(),
    () => store.close(),
    ...[...upstreams.values()].map(
      ({ upstream }) =>
        () =>
          upstream.close(),
    ),
    ...[...campaigns.values()].map(({ context, door }) => async () => {
      door.stop();
      context.link.stop();
    }),
  ];
}

function connectionsOf(server: { readonly _connections?: number } | object): number {
  return '_connections' in server ? (server._connections ?? 0) : 0;
}
