/**
 * The campaigns in force, and how another configuration takes their place: campaigns come, change and go, while places
 * in line, claims in flight and settings of operators stay. What requests look into is replaced in one turn of the
 * event loop; each request ends by what it began with.
 */
import { CampaignDesk } from '../admin/campaign-desk.js';
import { RouteMatcher } from '../campaign/routes.js';
import { inForce } from '../campaign/shadow.js';
import type { LoadedConfig } from '../config/load.js';
import type { CampaignConfig } from '../config/schema.js';
import type { Tracing } from '../http/request-trace.js';
import type { TicketStreams } from '../http/ticket-streams.js';
import type { RoutedContext } from '../http/visit.js';
import type { CampaignPage } from '../http/waiting-page/campaign-page.js';
import type { Clock } from '../kernel/clock.js';
import type { Logger } from '../kernel/logger.js';
import type { Random } from '../kernel/random.js';
import type { PreparedConfig } from '../lifecycle/reload.js';
import type { Metrics } from '../metrics/catalogue.js';
import type { TicketKey } from '../waiting-room/tickets.js';
import { type ComposedCampaign, composeCampaign, type PreparedCampaign } from './campaign.js';
import { composePages, composeStreams } from './line.js';
import type { Store } from './store-port.js';
import type { ServedUpstream, ServedUpstreams } from './upstreams.js';

export interface ServedCampaignsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly store: Store;
  readonly upstreams: ServedUpstreams;
  /** This gateway's name among the others. */
  readonly gateway: string;
  /** Null where nobody traces. */
  readonly tracing: Tracing | null;
  /** Where the configuration has no ticket keys. */
  readonly madeKey: TicketKey | null;
}

/** A campaign that is served, or that is to be. */
interface NextCampaign {
  readonly composed: ComposedCampaign;
  /** Null for one that is new, and made by this configuration. */
  readonly revision: PreparedCampaign | null;
}

export class ServedCampaigns {
  readonly composed = new Map<string, ComposedCampaign>();
  readonly contexts = new Map<string, RoutedContext>();
  readonly pages = new Map<string, CampaignPage>();
  readonly streams = new Map<string, TicketStreams>();
  readonly desks = new Map<string, CampaignDesk>();
  matcher = new RouteMatcher<RoutedContext>([]);
  /** No longer served; their claims in flight are still settled. */
  readonly #leaving = new Map<string, ComposedCampaign>();

  constructor(private readonly options: ServedCampaignsOptions) {}

  /** @throws RangeError or the system's error when a campaign's texts are not what they must be */
  prepare(loaded: LoadedConfig): PreparedConfig {
    const { config } = loaded;
    this.options.metrics.learn(config);
    const upstreams = this.options.upstreams.prepare(config);
    try {
      const next = new Map(
        config.campaigns.map((campaign) => [campaign.id, this.#next(campaign, loaded, upstreams.byId)]),
      );
      const contexts = new Map(
        [...next].map(([id, { composed, revision }]) => [id, revision?.context ?? composed.context]),
      );
      const matcher = new RouteMatcher([...contexts.values()]);
      const pages = composePages({ contexts, matcher, basePath: config.server.basePath, random: this.options.random });
      const fresh = [...next.values()].filter(({ revision }) => revision === null);
      return {
        start: async () => {
          await Promise.all(fresh.map(start));
        },
        commit: () => {
          upstreams.commit();
          for (const { revision } of next.values()) revision?.commit();
          this.#serve(next, pages, matcher);
        },
        discard: () => {
          for (const { composed } of fresh) void stop(composed);
          upstreams.discard();
        },
      };
    } catch (fault) {
      upstreams.discard();
      throw fault;
    }
  }

  stopStreams(): void {
    for (const one of this.streams.values()) one.stop();
  }

  async stop(): Promise<void> {
    for (const desk of this.desks.values()) desk.stop();
    await Promise.all([...this.composed.values(), ...this.#leaving.values()].map(stop));
  }

  #next(campaign: CampaignConfig, loaded: LoadedConfig, upstreams: ReadonlyMap<string, ServedUpstream>): NextCampaign {
    const { config, ticketKeys, secretsOf } = loaded;
    const { upstream, slots, config: upstreamConfig } = upstreams.get(campaign.upstream)!;
    const keys = this.options.madeKey === null ? ticketKeys : [this.options.madeKey];
    const revision = { campaign: inForce(campaign), upstreamConfig, upstream, keys, secretsOf };
    const known = this.composed.get(campaign.id) ?? this.#leaving.get(campaign.id);
    if (known !== undefined) return { composed: known, revision: known.prepare(revision) };
    const store = this.options.store.open(campaign);
    return { composed: composeCampaign({ ...this.options, ...revision, config, slots, store }), revision: null };
  }

  #serve(
    next: ReadonlyMap<string, NextCampaign>,
    pages: ReadonlyMap<string, CampaignPage>,
    matcher: RouteMatcher<RoutedContext>,
  ): void {
    for (const [id, composed] of this.composed) if (!next.has(id)) this.#dismiss(id, composed);
    for (const [id, { composed }] of next) {
      if (!this.composed.has(id)) this.#welcome(id, composed);
      this.contexts.set(id, composed.context);
    }
    this.pages.clear();
    for (const [id, page] of pages) this.pages.set(id, page);
    this.matcher = matcher;
  }

  #welcome(id: string, composed: ComposedCampaign): void {
    this.#leaving.delete(id);
    this.composed.set(id, composed);
    this.streams.set(id, composeStreams(composed, this.options));
    this.desks.set(id, new CampaignDesk(composed.operated, this.options.logger, this.options.clock));
    composed.mirror();
  }

  /** Nobody comes any more; what is on its way ends, at the latest with its lease. */
  #dismiss(id: string, composed: ComposedCampaign): void {
    const { clock, metrics } = this.options;
    this.composed.delete(id);
    this.contexts.delete(id);
    this.desks.get(id)?.stop();
    this.desks.delete(id);
    this.streams.get(id)?.stop();
    this.streams.delete(id);
    metrics.campaign(id).forget();
    this.#leaving.set(id, composed);
    composed.door.sendAllBack();
    clock.after(composed.leaseMs(), () => {
      if (this.#leaving.get(id) !== composed) return;
      this.#leaving.delete(id);
      void stop(composed);
    });
  }
}

/** A gateway knows what operators have set before it lets anybody in. */
async function start({ composed }: NextCampaign): Promise<void> {
  await composed.context.link.start();
  await composed.live.caughtUp();
}

function stop({ context, door }: ComposedCampaign): Promise<void> | undefined {
  door.stop();
  context.link.stop();
  return context.recorder?.close();
}
