/**
 * The instruments of one campaign. Each method resolves one combination of labels; callers do that once and keep what
 * they get. Everything a campaign can count stands at 0 from the start; its histograms appear when first resolved,
 * because each is more than a dozen series and most campaigns of a gateway are quiet.
 */
import type { CampaignConfig } from '../config/schema.js';
import { type Families, readState } from './families.js';
import type { LabelRecord } from './family.js';
import type { Counter, Histogram } from './instruments.js';
import { RequestMeter } from './request-meter.js';
import * as vocabulary from './vocabulary.js';

/** What the gateway's mirror of the campaign knows, read when somebody scrapes. null: not known. */
export interface CampaignFacts {
  readonly state: vocabulary.CampaignState | null;
  readonly waiting: number | null;
  readonly maxWaiting: number | null;
  readonly head: number | null;
  readonly tail: number | null;
  readonly noShowRatio: number | null;
  readonly configuredRatePerSecond: number | null;
  readonly effectiveRatePerSecond: number | null;
  readonly burst: number | null;
  readonly held: number | null;
  /** Null without sessions. */
  readonly sessionsActive?: number | null;
  readonly sessionsLimit?: number | null;
  /** Null without a budget. */
  readonly budgetRemaining?: number | null;
}

export class CampaignMetrics {
  constructor(
    /** The campaign's id, or `_other` for what belongs to none. */
    readonly id: string,
    private readonly families: Families,
  ) {}

  request(route: vocabulary.Route, outcome: vocabulary.Outcome): RequestMeter {
    const { counters, histograms } = this.families;
    return new RequestMeter(
      (code) => counters.requests.of(this.id, route, outcome, code),
      () => histograms.requestDuration.of(this.id, route, outcome),
    );
  }

  decision<D extends vocabulary.Decision>(decision: D, reason: vocabulary.Reason<D>): Counter {
    return this.families.counters.decisions.of(this.id, decision, reason);
  }

  limiterCheck(limit: string, result: vocabulary.LimitResult): Counter {
    return this.families.counters.limiterChecks.of(this.id, limit, result);
  }

  joined(path: vocabulary.JoinPath): Counter {
    return this.families.counters.lineJoins.of(this.id, path);
  }

  left(reason: vocabulary.LeaveReason): Counter {
    return this.families.counters.lineLeaves.of(this.id, reason);
  }

  /** In seconds, from joining. */
  waited(outcome: vocabulary.LeaveReason): Histogram {
    return this.families.histograms.lineWait.of(this.id, outcome);
  }

  etaRatio(): Histogram {
    return this.families.histograms.etaRatio.of(this.id);
  }

  polled(transport: vocabulary.Transport): Counter {
    return this.families.counters.linePolls.of(this.id, transport);
  }

  polledEarly(transport: vocabulary.Transport): Counter {
    return this.families.counters.lineEarlyPolls.of(this.id, transport);
  }

  admitted(path: vocabulary.AdmissionPath): Counter {
    return this.families.counters.admissions.of(this.id, path);
  }

  claimed(outcome: vocabulary.ClaimOutcome): Counter {
    return this.families.counters.claims.of(this.id, outcome);
  }

  /** In seconds. */
  held(): Histogram {
    return this.families.histograms.hold.of(this.id);
  }

  ticketChecked(result: vocabulary.TicketResult): Counter {
    return this.families.counters.ticketChecks.of(this.id, result);
  }

  fallbackDecision(policy: CampaignConfig['onStoreFailure']): Counter {
    return this.families.counters.storeFallback.of(this.id, policy);
  }

  cached(result: vocabulary.CacheResult): Counter {
    return this.families.counters.cached.of(this.id, result);
  }

  shed(shedClass: vocabulary.ShedClass, reason: vocabulary.ShedReason): Counter {
    return this.families.counters.shed.of(this.id, shedClass, reason);
  }

  /** Registers the mirror that the campaign's gauges are read from. The object may be changed in place. */
  mirror(facts: CampaignFacts): void {
    const { gauges } = this.families;
    gauges.lineWaiting.of(this.id).readFrom(() => facts.waiting);
    gauges.lineLimit.of(this.id).readFrom(() => facts.maxWaiting);
    gauges.lineHead.of(this.id).readFrom(() => facts.head);
    gauges.lineTail.of(this.id).readFrom(() => facts.tail);
    gauges.noShow.of(this.id).readFrom(() => facts.noShowRatio);
    gauges.configuredRate.of(this.id).readFrom(() => facts.configuredRatePerSecond);
    gauges.effectiveRate.of(this.id).readFrom(() => facts.effectiveRatePerSecond);
    gauges.burst.of(this.id).readFrom(() => facts.burst);
    gauges.sessionsActive.of(this.id).readFrom(() => facts.sessionsActive ?? null);
    gauges.sessionsLimit.of(this.id).readFrom(() => facts.sessionsLimit ?? null);
    gauges.held.of(this.id).readFrom(() => facts.held);
    gauges.budgetRemaining.of(this.id).readFrom(() => facts.budgetRemaining ?? null);
    readState(
      vocabulary.CAMPAIGN_STATES,
      (state) => gauges.campaignState.of(this.id, state),
      () => facts.state,
    );
  }

  /** What it has counted so far: claims decided, handed over, and not answered as they should be. */
  totals(): { readonly offered: number; readonly admitted: number; readonly failed: number } {
    const { decisions, admissions, requests } = this.families.counters;
    const own = (family: typeof decisions, counts: (labels: LabelRecord) => boolean): number => {
      let sum = 0;
      for (const { labels, instrument } of family.members()) {
        if (labels.campaign === this.id && counts(labels)) sum += instrument.value;
      }
      return sum;
    };
    return {
      offered: own(decisions, ({ decision }) => decision !== 'shadow'),
      admitted: own(admissions, () => true),
      failed: own(requests, ({ route, outcome }) => route === 'claim' && FAILURES.has(outcome ?? '')),
    };
  }

  /** Puts every count that this campaign can have at 0, and its schedule on show. */
  begin(config: CampaignConfig): void {
    for (const outcome of vocabulary.OUTCOMES) this.request('claim', outcome).expect(USUAL_STATUS[outcome]);
    for (const [decision, reasons] of Object.entries(vocabulary.DECISIONS)) {
      for (const reason of reasons) this.families.counters.decisions.of(this.id, decision, reason);
    }
    for (const { name } of config.limits) {
      for (const result of vocabulary.LIMIT_RESULTS) this.limiterCheck(name, result);
    }
    for (const path of vocabulary.JOIN_PATHS) this.joined(path);
    for (const reason of vocabulary.LEAVE_REASONS) this.left(reason);
    for (const transport of vocabulary.TRANSPORTS) {
      this.polled(transport);
      this.polledEarly(transport);
    }
    for (const path of vocabulary.ADMISSION_PATHS) this.admitted(path);
    for (const result of vocabulary.TICKET_RESULTS) this.ticketChecked(result);
    for (const outcome of vocabulary.CLAIM_OUTCOMES) this.claimed(outcome);
    for (const reason of vocabulary.SHED_REASONS) this.shed('claim', reason);
    this.fallbackDecision(config.onStoreFailure);
    this.#schedule(config.schedule);
  }

  /** It is not served any more: its gauges are gone, its counts stay. */
  forget(): void {
    this.mirror(NOTHING);
    this.#schedule({ opensAt: null, closesAt: null });
  }

  #schedule({ opensAt, closesAt }: Pick<CampaignConfig['schedule'], 'opensAt' | 'closesAt'>): void {
    const { opens, closes } = this.families.gauges;
    opens.of(this.id).readFrom(() => (opensAt === null ? null : Date.parse(opensAt) / 1000));
    closes.of(this.id).readFrom(() => (closesAt === null ? null : Date.parse(closesAt) / 1000));
  }
}

const FAILURES = new Set<string>(['gateway_error', 'upstream_error', 'upstream_timeout']);

const NOTHING: CampaignFacts = {
  state: null,
  waiting: null,
  maxWaiting: null,
  head: null,
  tail: null,
  noShowRatio: null,
  configuredRatePerSecond: null,
  effectiveRatePerSecond: null,
  burst: null,
  held: null,
  budgetRemaining: null,
};

/** The status by which a claim usually ends so. 0: the client was gone before there was one. */
const USUAL_STATUS: Readonly<Record<vocabulary.Outcome, number>> = {
  proxied: 200,
  replayed: 200,
  queued: 429,
  limited: 429,
  refused: 410,
  shed: 503,
  gateway_error: 500,
  upstream_error: 503,
  upstream_timeout: 504,
  client_abort: 0,
};
