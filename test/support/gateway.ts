/**
 * The gateway as `spillway serve` composes it, from a YAML text, on free loopback ports, in front of a service of the
 * test's own. Whatever `open` started is stopped by `stopAll`, in the order that lets nobody wait for anybody.
 */
import { stringify } from 'yaml';
import { composeGateway, type Gateway } from '../../src/compose/gateway.js';
import { loadConfig } from '../../src/config/load.js';
import { type Clock, systemClock } from '../../src/kernel/clock.js';
import { createLogger } from '../../src/kernel/logger.js';
import { type ClaimService, type ClaimServiceOptions, startClaimService } from '../../src/sample/claim-service.js';
import { type RecordingUpstream, type Respond, startRecordingUpstream } from './recording-upstream.js';

export const CLAIMS = '/campaigns/lny/claims';
export const CAMPAIGN = '/campaigns/lny';

/** Settings of the test's one campaign and its upstream; what is left out is wide open. */
export interface GatewaySettings {
  readonly campaign?: Readonly<Record<string, unknown>>;
  readonly upstream?: Readonly<Record<string, unknown>>;
  readonly server?: Readonly<Record<string, unknown>>;
  readonly admin?: Readonly<Record<string, unknown>>;
  /** Further campaigns on the same upstream, whole. */
  readonly campaigns?: ReadonlyArray<Readonly<Record<string, unknown>>>;
  /** A Redis to keep state in; without, the embedded store. */
  readonly redisUrl?: string;
  readonly store?: Readonly<Record<string, unknown>>;
  readonly clock?: Clock;
}

export interface RunningGateway {
  readonly url: string;
  readonly port: number;
  readonly adminUrl: string;
  readonly gateway: Gateway;
  /** Values of the metrics page, by name with labels as they stand there. */
  metrics(): Promise<ReadonlyMap<string, number>>;
}

/** The configuration as YAML, `upstreamUrl` being the service behind. */
export function gatewayYaml(upstreamUrl: string, settings: GatewaySettings = {}): string {
  const store = settings.redisUrl === undefined ? { kind: 'memory' } : { kind: 'redis', url: settings.redisUrl };
  return stringify({
    // On a machine that other tests keep busy, a late event loop says nothing.
    server: { port: 0, ...settings.server, overload: { maxDelayMs: 0, ...(settings.server?.overload ?? {}) } },
    admin: { port: 0, ...settings.admin },
    store: { ...store, ...settings.store },
    tickets: { keys: [{ id: 't1', secret: 'a secret that only the tests of Spillway know' }] },
    log: { level: 'silent' },
    upstreams: [{ id: 'incentives', targets: [upstreamUrl], concurrency: { limit: 200 }, ...settings.upstream }],
    campaigns: [
      {
        id: 'lny',
        upstream: 'incentives',
        routes: [{ methods: ['POST'], path: CLAIMS }],
        pass: [{ methods: ['GET', 'HEAD'], path: CAMPAIGN }],
        claimant: { from: 'header', name: 'x-user-id', unverified: true },
        admission: { ratePerSecond: 10_000, burst: 1000 },
        ...settings.campaign,
      },
      ...(settings.campaigns ?? []),
    ],
  });
}

/** Starts things for one test, and stops them all. */
export class GatewayBench {
  #upstreams: Array<{ stop(): Promise<void> }> = [];
  #gateways: Gateway[] = [];

  async recording(respond?: Respond): Promise<RecordingUpstream> {
    const upstream = await startRecordingUpstream(respond);
    this.#upstreams.push(upstream);
    return upstream;
  }

  /** Something else to be stopped with the services. */
  alsoStop(stop: () => Promise<void>): void {
    this.#upstreams.push({ stop });
  }

  async sample(options: ClaimServiceOptions = {}): Promise<ClaimService> {
    const service = await startClaimService(options);
    this.#upstreams.push(service);
    return service;
  }

  /** A gateway before the service at `upstreamUrl`. */
  open(upstreamUrl: string, settings: GatewaySettings = {}): Promise<RunningGateway> {
    return this.openYaml(gatewayYaml(upstreamUrl, settings), settings.clock);
  }

  /** @param reread - the text that a reload finds */
  async openYaml(text: string, clock: Clock = systemClock, reread = (): string => text): Promise<RunningGateway> {
    const load = (found: string) => loadConfig({ file: 'test.yaml', text: found, env: {} });
    const loaded = load(text);
    const logger = createLogger(loaded.config.log.level);
    const gateway = await composeGateway({
      loaded,
      reread: () => load(reread()),
      clock,
      random: Math.random,
      logger,
      version: 'test',
    });
    this.#gateways.push(gateway);
    const adminUrl = `http://127.0.0.1:${gateway.adminPort}`;
    return {
      url: `http://127.0.0.1:${gateway.port}`,
      port: gateway.port,
      adminUrl,
      gateway,
      metrics: async () => samplesOf(await (await fetch(`${adminUrl}/metrics`)).text()),
    };
  }

  /** Services first: a gateway finishes what is at its upstream before it ends. */
  async stopAll(): Promise<void> {
    const upstreams = this.#upstreams.splice(0);
    const gateways = this.#gateways.splice(0);
    await Promise.all(upstreams.map((upstream) => upstream.stop()));
    await Promise.all(gateways.flatMap((gateway) => [gateway.stop(), gateway.stop()]));
  }
}

function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const space = line.lastIndexOf(' ');
    samples.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return samples;
}

/** The sum of all series of `name` whose labels include every one of `labels`. */
export function sumOf(
  samples: ReadonlyMap<string, number>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  let sum = 0;
  for (const [series, value] of samples) {
    if (series !== name && !series.startsWith(`${name}{`)) continue;
    if (wanted.every((label) => series.includes(label))) sum += value;
  }
  return sum;
}
