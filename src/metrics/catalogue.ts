/**
 * Everything the gateway counts. One object a gateway; a campaign is a label, a claimant never is.
 *
 *   const admitted = metrics.campaign('lny-2026').admitted('direct');   // once
 *   admitted.inc();                                                     // per claim
 */
import type { CampaignConfig, Config, UpstreamConfig } from '../config/schema.js';
import { CampaignMetrics } from './campaign-metrics.js';
import { type Exposition, expose, type MetricsFormat } from './exposition.js';
import { Families } from './families.js';
import { OTHER } from './family.js';
import { GatewayMetrics } from './gateway-metrics.js';
import { StoreMetrics } from './store-metrics.js';
import { UpstreamMetrics } from './upstream-metrics.js';

export type MeteredConfig = Pick<Config, 'store' | 'campaigns' | 'upstreams'>;

export interface MetricsOptions {
  /** Of the program. */
  readonly version: string;
  readonly config: MeteredConfig;
  /** Of the configuration: a short digest or number. */
  readonly revision: string;
  /** When it was loaded, in Unix milliseconds. */
  readonly loadedAtMs: number;
  /** Of what is scraped; classic when left out. */
  readonly format?: MetricsFormat;
  /** Names of the store's scripts. */
  readonly scripts?: readonly string[];
}

export interface Metrics {
  readonly gateway: GatewayMetrics;
  readonly store: StoreMetrics;
  /** An id that is not configured counts as `_other`. */
  campaign(id: string): CampaignMetrics;
  upstream(id: string): UpstreamMetrics;
  /** A configuration may come into force: what it names is known from now on. */
  learn(config: MeteredConfig): void;
  /** A new configuration came into force. Counts of what it no longer names go on. */
  configured(config: MeteredConfig, revision: string, loadedAtMs: number): void;
  readonly exposition: Exposition;
}

export function createMetrics(options: MetricsOptions): Metrics {
  const families = new Families();
  families.learn('script', options.scripts ?? []);
  const metrics = new CatalogueMetrics(families, options.config.store.kind, options.format ?? 'classic');
  metrics.gateway.begin(options.version);
  metrics.store.begin(options.scripts ?? []);
  metrics.configured(options.config, options.revision, options.loadedAtMs);
  return metrics;
}

class CatalogueMetrics implements Metrics {
  readonly gateway: GatewayMetrics;
  readonly store: StoreMetrics;
  readonly exposition: Exposition;
  readonly #campaigns = new Map<string, CampaignMetrics>();
  readonly #upstreams = new Map<string, UpstreamMetrics>();
  readonly #other: CampaignMetrics;
  readonly #otherUpstream: UpstreamMetrics;

  constructor(
    private readonly families: Families,
    storeKind: Config['store']['kind'],
    format: MetricsFormat,
  ) {
    this.gateway = new GatewayMetrics(families);
    this.store = new StoreMetrics(storeKind, families);
    this.exposition = expose(families, format);
    this.#other = new CampaignMetrics(OTHER, families);
    this.#otherUpstream = new UpstreamMetrics(OTHER, families);
  }

  campaign(id: string): CampaignMetrics {
    return this.#campaigns.get(id) ?? this.#other;
  }

  upstream(id: string): UpstreamMetrics {
    return this.#upstreams.get(id) ?? this.#otherUpstream;
  }

  learn(config: MeteredConfig): void {
    for (const upstream of config.upstreams) this.#learnUpstream(upstream);
    for (const campaign of config.campaigns) this.#learnCampaign(campaign);
  }

  configured(config: MeteredConfig, revision: string, loadedAtMs: number): void {
    this.learn(config);
    for (const campaign of config.campaigns) this.campaign(campaign.id).begin(campaign);
    this.gateway.configured(revision, loadedAtMs);
  }

  #learnUpstream(config: UpstreamConfig): void {
    if (this.#upstreams.has(config.id)) return;
    this.families.learn('upstream', [config.id]);
    const metrics = new UpstreamMetrics(config.id, this.families);
    this.#upstreams.set(config.id, metrics);
    metrics.begin(config);
  }

  #learnCampaign(config: CampaignConfig): void {
    this.families.learn('campaign', [config.id]);
    this.families.learn(
      'limit',
      config.limits.map((limit) => limit.name),
    );
    if (!this.#campaigns.has(config.id)) this.#campaigns.set(config.id, new CampaignMetrics(config.id, this.families));
  }
}
