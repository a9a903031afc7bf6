/** The upstreams in force, and how others take their place without a request being lost. */
import { SlotAccount } from '../admission/slot-account.js';
import type { Config, UpstreamConfig } from '../config/schema.js';
import type { Clock, Timer } from '../kernel/clock.js';
import type { Random } from '../kernel/random.js';
import type { Metrics } from '../metrics/catalogue.js';
import type { Limiter } from '../overload/limiter.js';
import { openLimiter } from '../overload/open-limiter.js';
import { UpstreamSlots } from '../overload/own-slots.js';
import { Targets } from '../overload/targets.js';
import { Upstream } from '../proxy/upstream.js';
import type { Certificates } from './certificates.js';

export interface ServedUpstream {
  readonly config: UpstreamConfig;
  readonly upstream: Upstream;
  /** Outlives changes of the configuration: slots that are taken stay taken. */
  readonly slots: SlotAccount;
  readonly own: UpstreamSlots;
  /** Null: the store counts slots for all gateways. */
  readonly limiter: Limiter | null;
  readonly targets: Targets;
}

export interface PreparedUpstreams {
  readonly byId: ReadonlyMap<string, ServedUpstream>;
  commit(): void;
  discard(): void;
}

/** Beyond its time-out: until nobody can still hand a request over to an upstream that was replaced. */
const REPLACED_SLACK_MS = 10_000;

export class ServedUpstreams {
  #current: ReadonlyMap<string, ServedUpstream> = new Map();
  readonly #replaced = new Map<Upstream, Timer>();

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly metrics: Metrics,
    private readonly certificates: Certificates,
  ) {}

  get ids(): string[] {
    return [...this.#current.keys()];
  }

  prepare({ upstreams }: Config): PreparedUpstreams {
    const before = this.#current;
    const byId = new Map(upstreams.map((config) => [config.id, this.#next(config)]));
    const fresh = [...byId].filter(([id, { upstream }]) => before.get(id)?.upstream !== upstream);
    return {
      byId,
      commit: () => {
        this.#current = byId;
        for (const [id, { own, limiter, targets }] of fresh) {
          own.configure(limiter, targets);
          this.#mirror(id);
        }
        for (const [id, served] of before) if (byId.get(id)?.upstream !== served.upstream) this.#retire(served);
      },
      discard: () => {
        for (const [, { upstream }] of fresh) void upstream.close();
      },
    };
  }

  async close(): Promise<void> {
    for (const timer of this.#replaced.values()) timer.cancel();
    const all = [...this.#replaced.keys(), ...[...this.#current.values()].map(({ upstream }) => upstream)];
    await Promise.all(all.map((upstream) => upstream.close()));
  }

  #next(config: UpstreamConfig): ServedUpstream {
    const known = this.#current.get(config.id);
    if (known !== undefined && JSON.stringify(known.config) === JSON.stringify(config)) return known;
    const targets = new Targets(config.targets.length, config.health, this.clock, this.random);
    const limiter = this.#limiterOf(config, known);
    const own = known?.own ?? new UpstreamSlots(limiter, targets);
    const slots = known?.slots ?? new SlotAccount(own);
    const upstream = new Upstream(config, this.clock, targets, this.certificates.of(config));
    return { config, upstream, slots, own, limiter, targets };
  }

  /** What was learned stays, unless it was to be learned in another way. */
  #limiterOf({ concurrency }: UpstreamConfig, known: ServedUpstream | undefined): Limiter | null {
    const same = known !== undefined && JSON.stringify(known.config.concurrency) === JSON.stringify(concurrency);
    return same ? known.limiter : openLimiter(concurrency, this.clock);
  }

  #mirror(id: string): void {
    const current = (): ServedUpstream | undefined => this.#current.get(id);
    this.metrics.upstream(id).mirror({
      get inFlight() {
        return current()?.slots.inUse ?? null;
      },
      get limit() {
        return current()?.limiter?.limit ?? current()?.config.concurrency.limit ?? null;
      },
      get breaker() {
        return current()?.targets.state ?? null;
      },
      get targets() {
        return current()?.config.targets.length ?? null;
      },
      get targetsInUse() {
        return current()?.targets.inUse ?? null;
      },
    });
  }

  #retire({ config, upstream }: ServedUpstream): void {
    const timer = this.clock.after(config.timeoutMs + REPLACED_SLACK_MS, () => {
      this.#replaced.delete(upstream);
      void upstream.close();
    });
    this.#replaced.set(upstream, timer);
  }
}
