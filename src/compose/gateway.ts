/**
 * The composition root: the only place that knows which class stands behind which port. Tests compose the same
 * gateway as the program does.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { AddressGuard } from '../abuse/address-guard.js';
import { type AdminListener, listenAdmin } from '../admin/listener.js';
import { ClientAddresses } from '../claimant/client-address.js';
import type { LoadedConfig } from '../config/load.js';
import { AccessLog } from '../http/access-log.js';
import { answerClientErrors } from '../http/client-error.js';
import { Cors } from '../http/cors.js';
import { createPrelinkedServer } from '../http/express-app.js';
import { createGatewayApp } from '../http/gateway-app.js';
import { type GatewayMiddleware, gatewayMiddleware } from '../http/gateway-middleware.js';
import { RequestIds } from '../http/request-id.js';
import { openTracing } from '../http/request-trace.js';
import type { Clock } from '../kernel/clock.js';
import type { Logger } from '../kernel/logger.js';
import type { Random } from '../kernel/random.js';
import { Drain } from '../lifecycle/drain.js';
import { Readiness } from '../lifecycle/readiness.js';
import { Reload, type ReloadOutcome, type ReloadTrigger } from '../lifecycle/reload.js';
import { createMetrics } from '../metrics/catalogue.js';
import type { Exposition } from '../metrics/exposition.js';
import { EventLoopProbe } from '../overload/load-probe.js';
import { Room } from '../overload/room.js';
import { Shedder } from '../overload/shedder.js';
import type { ComposedCampaign } from './campaign.js';
import { ServedCampaigns } from './campaigns.js';
import { Certificates } from './certificates.js';
import { composeOperators } from './operators.js';
import { scriptNames } from './script-names.js';
import { openStore } from './store.js';
import { ServedUpstreams } from './upstreams.js';

export interface GatewayOptions {
  readonly loaded: LoadedConfig;
  /** Reads the configuration anew; left out: it stays as it is. @throws ConfigError */
  readonly reread?: () => LoadedConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly version: string;
  /** Set where this gateway is one of several workers of a machine. */
  readonly worker?: GatewayAsWorker;
  /** Inside somebody's own application, whose server takes the requests: no listener for clients is made. */
  readonly embedded?: boolean;
}

export interface GatewayAsWorker {
  /** Where the admin listener is, in place of the configured port: a socket in the file system. */
  readonly adminPath: string;
  /** An operator told this gateway to drain; it means the whole machine. */
  readonly onDrain: () => void;
}

export interface Gateway {
  /** Serves what is the gateway's own, and passes everything else on. */
  readonly middleware: GatewayMiddleware;
  /** The ports in use; that for clients is 0 where the gateway is embedded. */
  readonly port: number;
  readonly adminPort: number;
  readonly campaigns: ReadonlyMap<string, ComposedCampaign>;
  /** Reads the configuration anew, and goes by it from then on. */
  reload(trigger: ReloadTrigger): Promise<ReloadOutcome>;
  /** Stops without a failed request; asked again, it waits for nobody. @returns the exit status */
  stop(): Promise<number>;
  readonly readiness: Readiness;
  readonly exposition: Exposition;
  /** The exit status, once it has stopped, whoever told it to. */
  readonly done: Promise<number>;
}

/** Connections that may wait to be accepted; the system's own bound (somaxconn, mostly 4096) holds as well. */
const BACKLOG = 4096;

/** @throws the system's error when an address cannot be taken */
export async function composeGateway(options: GatewayOptions): Promise<Gateway> {
  const { clock, random, logger, version } = options;
  let { loaded } = options;
  const { config, revision } = loaded;
  const metrics = createMetrics({
    version,
    config,
    revision,
    loadedAtMs: clock.wallMs(),
    format: config.metrics.format,
    scripts: scriptNames(config.store.lanes),
  });
  const certificates = new Certificates({ clock, logger });
  const upstreams = new ServedUpstreams(clock, random, metrics, certificates);
  const store = await openStore({
    config,
    upstreams: () => upstreams.ids,
    clock,
    random,
    logger,
    observe: metrics.store.called,
    onFallback: (campaign, policy) => metrics.campaign(campaign).fallbackDecision(policy).inc(),
  });
  metrics.store.mirror(store.facts);
  const name = randomBytes(9).toString('base64url');
  const madeKey = loaded.ticketKeys.length > 0 ? null : { id: 'made', secret: await store.secret() };
  const tracing = openTracing(version);
  const served = new ServedCampaigns({
    clock,
    random,
    logger,
    metrics,
    store,
    upstreams,
    gateway: name,
    madeKey,
    tracing,
  });
  const first = served.prepare(loaded);
  const readiness = new Readiness();
  readiness.detail('store', () => ({
    up: store.facts.up,
    mode: store.facts.mode,
    campaigns: Object.fromEntries(store.modes),
  }));
  readiness.configured();
  const probe = new EventLoopProbe(() =>
    [...served.contexts.values()].reduce((most, { link }) => Math.max(most, link.waitingMs), 0),
  );
  const { overload } = config.server;
  const floodgate = { shedder: new Shedder(clock, probe, overload), room: new Room(overload) };
  const ids = new RequestIds();
  const { basePath } = config.server;
  const logSettings = { ...config.log };
  const { limits, bans } = config.server;
  const guard = new AddressGuard(
    { limits, bans, clock, logger, observer: metrics.gateway.addresses },
    () => gate.addresses,
  );
  // Plain properties, which a reload writes to: every request reads them.
  const gate = {
    ...gateOf(loaded),
    floodgate,
    basePath,
    campaigns: served.contexts,
    pages: served.pages,
    streams: served.streams,
    matcher: served.matcher,
    ids,
    guard,
    clock,
    random,
    metrics,
    logger,
    accessLog: new AccessLog({ clock, logger, settings: logSettings, dropped: metrics.gateway.logLinesDropped() }),
    tracing,
  };
  const app = createGatewayApp(gate);
  const server = createPrelinkedServer(app, { tls: certificates.forListener(config.server.tls) });
  server.maxConnections = overload.maxConnections;
  const refused = metrics.campaign('').request('other', 'refused');
  guard.watch(server);
  answerClientErrors(server, ids, (problem, socket) => {
    if (problem.code === 'REQUEST_INVALID') guard.offendedBySocket(socket as Socket);
    refused.finished(400, 0);
  });
  let stopped: (status: number) => void = () => {};
  const done = new Promise<number>((resolve) => {
    stopped = resolve;
  });
  const stop = (): Promise<number> => {
    const ending = drain.stop();
    void ending.then(stopped);
    return ending;
  };
  const reload = new Reload({
    load: options.reread ?? cannotReread,
    current: () => loaded,
    prepare: (next) => {
      const campaigns = served.prepare(next);
      const nextGate = gateOf(next);
      return {
        ...campaigns,
        commit: () => {
          loaded = next;
          Object.assign(gate, nextGate);
          Object.assign(logSettings, next.config.log);
          floodgate.shedder.configure(next.config.server.overload);
          floodgate.room.configure(next.config.server.overload);
          server.maxConnections = next.config.server.overload.maxConnections;
          logger.level = next.config.log.level;
          metrics.configured(next.config, next.revision, clock.wallMs());
          campaigns.commit();
          gate.matcher = served.matcher;
        },
      };
    },
    observe: ({ kind }) => kind !== 'dry-run' && metrics.gateway.reloaded(kind),
    logger,
  });
  const operators = composeOperators({
    clock,
    logger,
    metrics,
    version,
    gateway: name,
    store,
    served,
    readiness,
    loaded: () => loaded,
    isDraining: () => drain.phase !== 'serving',
    drain: options.worker?.onDrain ?? (() => void stop()),
    reload: (dryRun) => reload.run('admin', dryRun),
  });
  let admin: AdminListener = { port: 0, close: async () => {} };
  const drain = new Drain({
    readiness,
    servers: options.embedded ? [] : [server],
    leaveMs: config.server.leaveMs,
    drainMs: config.server.drainMs,
    onFinishing: () => served.stopStreams(),
    releases: [
      async () => certificates.stop(),
      async () => {
        floodgate.shedder.stop();
        probe.stop();
      },
      () => admin.close(),
      () => store.close(),
      () => upstreams.close(),
      () => served.stop(),
    ],
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
    get shedThreshold() {
      return floodgate.shedder.threshold;
    },
    workers: 1,
  });
  try {
    admin = options.worker
      ? await listenAdmin(operators.app, { path: options.worker.adminPath })
      : await listenAdmin(operators.app, config.admin, certificates.forListener(config.admin.tls));
    first.commit();
    gate.matcher = served.matcher;
    await first.start();
    operators.history.start();
    floodgate.shedder.start();
    if (!options.embedded) {
      const { host, port } = config.server;
      server.listen({ host, port, backlog: BACKLOG, exclusive: options.worker === undefined });
      await once(server, 'listening');
    }
  } catch (fault) {
    // Asked twice, it waits for nobody: there is nobody yet.
    void drain.stop();
    await drain.stop();
    throw fault;
  }
  readiness.listening();
  return {
    middleware: gatewayMiddleware(app, gate),
    port: (server.address() as AddressInfo | null)?.port ?? 0,
    adminPort: admin.port,
    campaigns: served.composed,
    reload: (trigger) => reload.run(trigger),
    readiness,
    exposition: metrics.exposition,
    stop,
    done,
  };
}

/** A worker is replaced by one that was started with the new configuration. */
function cannotReread(): never {
  throw new Error(
    'This process is one of several workers: change the file, or send SIGHUP to the process that started it.',
  );
}

/** What of the configuration all requests go by, whichever campaign they are for. */
function gateOf({ config: { server } }: LoadedConfig) {
  return {
    addresses: new ClientAddresses(server.trustProxy),
    cors: new Cors(server.cors.origins),
    maxBodyBytes: server.maxBodyBytes,
  };
}

function connectionsOf(server: { readonly _connections?: number } | object): number {
  return '_connections' in server ? (server._connections ?? 0) : 0;
}
