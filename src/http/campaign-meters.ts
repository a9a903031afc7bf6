/** A campaign's counters as the routes use them, each resolved once. */
import type { CampaignMetrics } from '../metrics/campaign-metrics.js';
import type { Counter, Histogram } from '../metrics/instruments.js';
import type { RequestMeter } from '../metrics/request-meter.js';
import {
  type CacheResult,
  type ClaimOutcome,
  type LimitResult,
  OUTCOMES,
  type Outcome,
  type Reason,
  ROUTES,
  type Route,
  type ShedClass,
  type ShedReason,
  TICKET_RESULTS,
  type TicketResult,
} from '../metrics/vocabulary.js';

/** A bucket with no more than this share of its tokens left is nearly empty. */
const NEAR_SHARE = 0.2;

export class CampaignMeters {
  readonly admittedDirectly: Counter;
  readonly admittedCalled: Counter;
  readonly admitDirect: Counter;
  readonly admitCalled: Counter;
  readonly waitInLine: Counter;
  readonly waitPrequeue: Counter;
  readonly waitAtDoor: Counter;
  readonly joinedDirect: Counter;
  readonly joinedPrequeue: Counter;
  readonly leftByEntering: Counter;
  readonly leftByChoice: Counter;
  readonly rejoined: Counter;
  readonly replayed: Counter;
  readonly polls: Counter;
  readonly earlyPolls: Counter;
  readonly waitedToEnter: Histogram;
  readonly waitedToLeave: Histogram;
  readonly etaRatio: Histogram;
  readonly held: Histogram;
  readonly #requests = new Map<Route, ReadonlyMap<Outcome, RequestMeter>>();
  readonly #tickets = new Map<TicketResult, Counter>();
  readonly #cached = new Map<CacheResult, Counter>();
  readonly #claims = new Map<ClaimOutcome, Counter>();
  readonly #refusals = new Map<Reason<'refuse'>, Counter>();
  readonly #shadows = new Map<Reason<'shadow'>, Counter>();
  readonly #limits: ReadonlyArray<Readonly<Record<LimitResult, Counter>>>;

  constructor(
    private readonly metrics: CampaignMetrics,
    private readonly limits: ReadonlyArray<{ readonly name: string; readonly capacity: number }>,
  ) {
    this.admittedDirectly = metrics.admitted('direct');
    this.admittedCalled = metrics.admitted('called');
    this.admitDirect = metrics.decision('admit', 'direct');
    this.admitCalled = metrics.decision('admit', 'called');
    this.waitInLine = metrics.decision('wait', 'line');
    this.waitPrequeue = metrics.decision('wait', 'prequeue');
    this.waitAtDoor = metrics.decision('wait', 'door');
    this.joinedDirect = metrics.joined('direct');
    this.joinedPrequeue = metrics.joined('prequeue');
    this.leftByEntering = metrics.left('entered');
    this.leftByChoice = metrics.left('left');
    this.replayed = metrics.decision('replay', 'stored');
    this.rejoined = metrics.joined('rejoin');
    this.polls = metrics.polled('poll');
    this.earlyPolls = metrics.polledEarly('poll');
    this.waitedToEnter = metrics.waited('entered');
    this.waitedToLeave = metrics.waited('left');
    this.etaRatio = metrics.etaRatio();
    this.held = metrics.held();
    for (const result of TICKET_RESULTS) this.#tickets.set(result, metrics.ticketChecked(result));
    for (const route of ROUTES) {
      this.#requests.set(route, new Map(OUTCOMES.map((outcome) => [outcome, metrics.request(route, outcome)])));
    }
    this.#limits = limits.map(({ name }) => ({
      allowed: metrics.limiterCheck(name, 'allowed'),
      near_limit: metrics.limiterCheck(name, 'near_limit'),
      limited: metrics.limiterCheck(name, 'limited'),
      shadow_limited: metrics.limiterCheck(name, 'shadow_limited'),
      cached: metrics.limiterCheck(name, 'cached'),
      error: metrics.limiterCheck(name, 'error'),
    }));
  }

  claimed(outcome: ClaimOutcome): void {
    counterOf(this.#claims, outcome, () => this.metrics.claimed(outcome)).inc();
  }

  cached(result: CacheResult): void {
    counterOf(this.#cached, result, () => this.metrics.cached(result)).inc();
  }

  finished(route: Route, outcome: Outcome, status: number, seconds: number, traceId?: string): void {
    this.#requests.get(route)?.get(outcome)?.finished(status, seconds, traceId);
  }

  ticketChecked(result: TicketResult): void {
    this.#tickets.get(result)?.inc();
  }

  refused(reason: Reason<'refuse'>): void {
    counterOf(this.#refusals, reason, () => this.metrics.decision('refuse', reason)).inc();
  }

  /** What would have been decided against, in a campaign in shadow. */
  shadow(reason: Reason<'shadow'>): void {
    counterOf(this.#shadows, reason, () => this.metrics.decision('shadow', reason)).inc();
  }

  shadowLimited(limit: number): void {
    this.#limits[limit]?.shadow_limited.inc();
  }

  shed(shedClass: ShedClass, reason: ShedReason): void {
    this.metrics.shed(shedClass, reason).inc();
  }

  limited(limit: number, cached: boolean): void {
    this.#limits[limit]?.[cached ? 'cached' : 'limited'].inc();
  }

  /** @param remaining - whole tokens left under each limit; null where it did not apply */
  charged(remaining: ReadonlyArray<number | null>): void {
    for (let limit = 0; limit < remaining.length; limit++) {
      const left = remaining[limit];
      if (left === null || left === undefined) continue;
      const near = left <= this.limits[limit]!.capacity * NEAR_SHARE;
      this.#limits[limit]?.[near ? 'near_limit' : 'allowed'].inc();
    }
  }
}

/** The one of `key`; made when it is first asked for. */
function counterOf<K>(counters: Map<K, Counter>, key: K, make: () => Counter): Counter {
  const known = counters.get(key);
  if (known !== undefined) return known;
  const made = make();
  counters.set(key, made);
  return made;
}
