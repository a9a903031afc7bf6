/**
 * One campaign's decisions at this gateway. A claim is asked about once; if its door is busy it is held for a moment;
 * then it has a decision. Until that moment an abort costs nobody anything.
 */
import type { BucketRate } from '../buckets/gcra.js';
import { RefusalCache } from '../buckets/refusal-cache.js';
import type { AttemptEnd } from '../claims/campaign-claims.js';
import type { LedgerRequest } from '../claims/verdict.js';
import type { Clock } from '../kernel/clock.js';
import type { StoreUnavailableError } from '../kernel/errors.js';
import type { Health } from '../overload/health.js';
import type { Slot } from '../overload/limiter.js';
import { turnOf } from '../waiting-room/lottery.js';
import type { Place } from '../waiting-room/place.js';
import type { CampaignLink } from './campaign-link.js';
import { ClaimEntry, type EntrySettings } from './claim-entry.js';
import type { Attempt, Decision, Ending, Pass } from './decision.js';
import type { Door, HeldClaim } from './door.js';
import type { Ask, AskLedger, AskResult, Remaining } from './exchange.js';
import type { AskListener } from './pending-asks.js';
import type { SlotAccount } from './slot-account.js';

export interface ClaimRequest {
  /** Keyed hash of the claimant. */
  readonly claimant: string;
  /** The place of a verified ticket of this epoch, and when its owner was told of the call (0: not yet). */
  readonly place: Place | null;
  readonly toldMs: number;
  /** This claim's bucket under each of the campaign's limits; null where a limit does not apply. */
  readonly buckets: ReadonlyArray<string | null>;
  /** The limits that they stand under; left out: those of the options. */
  readonly limits?: readonly BucketRate[];
  /** Left out where the campaign keeps no entries. */
  readonly ledger?: LedgerRequest | null;
  /** Of a lower class: it goes straight in or not at all. */
  readonly spare?: boolean;
}

export interface AdmissionOptions {
  readonly link: CampaignLink;
  readonly door: Door;
  readonly slots: SlotAccount;
  readonly clock: Clock;
  readonly limits: readonly BucketRate[];
  readonly holdMs: () => number;
  /** A gateway that has not heard from its store for this long asks it even what it believes to know, in ms. */
  readonly mirrorMs: number;
  /** Left out where the campaign keeps no entries. */
  readonly entries?: EntrySettings | null;
  /** Whether the campaign is at its end: nobody is told to wait. */
  readonly over?: () => boolean;
}

export class Admission {
  readonly refusals: RefusalCache;
  readonly #away = new PlacesAway();

  constructor(readonly options: AdmissionOptions) {
    this.refusals = new RefusalCache(options.clock);
  }

  /** @returns aborts the claim, if it is not decided yet */
  claim(request: ClaimRequest, decided: (decision: Decision) => void): () => void {
    const claim = new Claim(this.options, request, this.refusals, this.#away, decided);
    claim.ask();
    return () => claim.abort();
  }

  /** Asks for anything but a claim: nothing of it is held, and nothing need be aborted. */
  request(
    kind: Exclude<Ask['kind'], 'claim' | 'spare'>,
    request: ClaimRequest,
    decided: (decision: Decision) => void,
  ): void {
    const entry = kind === 'recall' ? entryOf(this.options, request) : null;
    this.options.link.ask(askOf(kind, request, this.options.limits, entry?.next()), {
      answered: (result) => decided(decisionOf(result, request, this.refusals, entry)),
      failed: (fault) => decided(failureOf(fault)),
    });
  }

  /** What needs neither store nor body: a bucket known to be empty, a place known to be far from its turn. */
  known(request: ClaimRequest): Decision | null {
    const { place, buckets } = request;
    if (place !== null) return this.#isWaiting(place) ? { kind: 'wait', place, joined: false, remaining: [] } : null;
    for (let limit = 0; limit < buckets.length; limit++) {
      const bucket = buckets[limit];
      if (bucket === null || bucket === undefined) continue;
      const waitMs = this.refusals.waitMs(bucket);
      if (waitMs > 0)
        return { kind: 'limited', limit, waitMs, remaining: buckets.length === 1 ? [0] : [], cached: true };
    }
    return null;
  }

  #isWaiting(place: Place): boolean {
    const { link, clock, mirrorMs } = this.options;
    const { view } = link;
    if (view === null || clock.monotonicUs() - link.seenUs > mirrorMs * 1000) return false;
    const turn = turnOf(place, view.lottery) ?? Number.POSITIVE_INFINITY;
    return turn > view.heads[place.line] && place.number <= view.tails[place.line];
  }
}

/**
 * Places whose claim has left this door and is not answered yet. The store learns of it a moment later, and may say
 * meanwhile that the same place stands at the door: one place never enters twice.
 */
class PlacesAway {
  readonly #places = new Set<string>();

  add(place: Place): void {
    this.#places.add(nameOf(place));
  }

  has(place: Place): boolean {
    return this.#places.has(nameOf(place));
  }

  delete(place: Place): void {
    this.#places.delete(nameOf(place));
  }
}

function nameOf(place: Place): string {
  return `${place.line}.${place.number}`;
}

/** For an ask whose answer changes nothing; unanswered, it counts as charged. */
const UNHEARD: AskListener = { answered: () => {}, failed: () => {} };

/** One claim on its way to a decision. */
class Claim implements AskListener, HeldClaim, Pass {
  place: Place | null = null;
  readonly untilUs: number;
  #remaining: Remaining = [];
  #joined = false;
  #state: 'asked' | 'held' | 'decided' | 'aborted' = 'asked';
  /** The store has counted the entry already, when it answered the ask. */
  #counted = false;
  readonly #entry: ClaimEntry | null;
  /** Its own from when it departs until it is finished. */
  #slot: Slot | null = null;

  constructor(
    private readonly options: AdmissionOptions,
    private readonly request: ClaimRequest,
    private readonly refusals: RefusalCache,
    private readonly away: PlacesAway,
    private readonly decided: (decision: Decision) => void,
  ) {
    this.untilUs = options.clock.monotonicUs() + options.holdMs() * 1000;
    this.#entry = entryOf(options, request);
  }

  get attempt(): Attempt | null {
    return this.#entry?.attempt ?? null;
  }

  ask(): void {
    this.options.link.ask(
      askOf(this.request.spare === true ? 'spare' : 'claim', this.request, this.options.limits, this.#entry?.next()),
      this,
    );
  }

  answered(result: AskResult, decidedAtUs: number): void {
    if (result.kind === 'enter' || result.kind === 'door') this.#entry?.own(decidedAtUs);
    if (result.kind === 'enter') this.#entered(result.place, result.remaining, decidedAtUs + result.departInUs);
    else if (this.#state === 'aborted') {
      if (result.kind === 'door') {
        this.#entry?.giveBack();
        this.options.link.report('gone', result.place);
      }
    } else if (result.kind === 'door') this.#hold(result.place, result.joined, result.remaining);
    else if (result.kind === 'recorded' && this.#entry !== null) this.#recorded(this.#entry, result.text);
    else this.#decide(this.#unlessOver(decisionOf(result, this.request, this.refusals, this.#entry)));
  }

  failed(fault: StoreUnavailableError | 'overloaded'): void {
    if (fault !== 'overloaded') this.#entry?.withdraw();
    if (this.#state === 'asked') this.#decide(failureOf(fault));
  }

  depart(): void {
    if (this.#entry?.isTooLate(this.options.clock.monotonicUs())) {
      this.#askAnew();
      return;
    }
    this.#slot = this.options.slots.begin();
    if (this.place !== null) {
      this.away.add(this.place);
      if (!this.#counted) this.options.link.report('entered', this.place);
    }
    this.#decide({ kind: 'admit', pass: this, joined: this.#joined, remaining: this.#remaining });
  }

  sendBack(): void {
    this.#entry?.giveBack();
    if (this.#counted) this.#giveBackEntry();
    if (this.options.over?.()) this.#decide({ kind: 'over' });
    else if (this.#entry?.attempt.repeats || this.request.spare) this.#decide({ kind: 'shut' });
    else if (this.place === null) this.#joinInstead();
    else this.#decide({ kind: 'wait', place: this.place, joined: this.#joined, remaining: this.#remaining });
  }

  abort(): void {
    if (this.#state === 'held' && this.options.door.remove(this)) {
      this.#entry?.giveBack();
      if (this.#counted) this.#giveBackEntry();
      else if (this.place !== null) this.options.link.report('gone', this.place);
    }
    if (this.#state !== 'decided') this.#state = 'aborted';
  }

  settle(end: AttemptEnd, told: () => void): void {
    if (this.#entry === null) told();
    else this.#entry.settle(end, told);
  }

  finish(ending: Ending, health: Health): void {
    const { slots, door, link } = this.options;
    slots.end(this.#slot!, health);
    if (this.place !== null) {
      this.away.delete(this.place);
      const event = { claimant: this.request.claimant, place: this.place };
      link.reportClaimant(ending === 'final' ? 'spent' : 'retained', event);
    }
    if (door.askNow()) link.flushNow();
    else link.flushSoon();
  }

  #entered(place: Place | null, remaining: Remaining, departureUs: number): void {
    if (place !== null && this.away.has(place)) {
      this.#entry?.giveBack();
      this.options.door.takePermit(departureUs);
      if (this.#state === 'asked') this.#decide({ kind: 'in-progress' });
      return;
    }
    this.place = place;
    this.#remaining = remaining;
    this.#counted = true;
    if (this.#state === 'aborted') {
      this.#entry?.giveBack();
      this.#giveBackEntry();
      this.options.door.takePermit(departureUs);
      return;
    }
    if (place !== null) this.#takeOver(place);
    this.#state = 'held';
    this.options.door.holdWithPermit(this, departureUs);
  }

  #hold(place: Place, joined: boolean, remaining: Remaining): void {
    this.#joined = joined;
    if (this.away.has(place)) {
      this.#entry?.giveBack();
      this.#decide({ kind: 'in-progress' });
      return;
    }
    this.#takeOver(place);
    this.place = place;
    this.#remaining = remaining;
    this.#state = 'held';
    this.options.door.hold(this);
  }

  /** The newest claim of a place stands for it. */
  #takeOver(place: Place): void {
    const { door } = this.options;
    const other = door.find(place);
    if (other === null || !door.remove(other)) return;
    (other as Claim).#entry?.giveBack();
    (other as Claim).#decide({ kind: 'in-progress' });
  }

  /** The ledger knows this claim. One whose outcome is unknown may be tried again, in place of that attempt. */
  #recorded(entry: ClaimEntry, text: string): void {
    const verdict = entry.judge(text);
    if (verdict.kind !== 'repeat') this.#decide(verdict);
    else if (this.options.clock.monotonicUs() > this.untilUs) this.#decide({ kind: 'in-progress' });
    else this.ask();
  }

  /** Held up for so long that the service could answer after the lease: all is given back, and asked for again. */
  #askAnew(): void {
    const { slots, link } = this.options;
    slots.release();
    this.#entry?.giveBack();
    if (this.#counted) this.#giveBackEntry();
    else if (this.place !== null) link.report('gone', this.place);
    this.#counted = false;
    this.#state = 'asked';
    this.ask();
  }

  /** Nobody is told to wait for what is over. */
  #unlessOver(decision: Decision): Decision {
    const waits = decision.kind === 'wait' || decision.kind === 'shut' || decision.kind === 'full';
    return waits && this.options.over?.() ? { kind: 'over' } : decision;
  }

  /** Let straight in, and yet not gone in time: it gets a place in line, and has paid its limits already. */
  #joinInstead(): void {
    const { link, limits } = this.options;
    const request = { ...this.request, buckets: this.request.buckets.map(() => null) };
    link.ask(askOf('join', request, limits), {
      answered: (result) => this.#decideIfThere(this.#unlessOver(decisionOf(result, request, this.refusals, null))),
      failed: (fault) => this.#decideIfThere(failureOf(fault)),
    });
  }

  #decideIfThere(decision: Decision): void {
    if (this.#state !== 'aborted') this.#decide(decision);
  }

  /** Counted as entered, and does not go in: the place is called as before, or the limits get back what was charged. */
  #giveBackEntry(): void {
    const { link, limits } = this.options;
    const { request, place } = this;
    if (place !== null) link.reportClaimant('retained', { claimant: request.claimant, place });
    else if (request.buckets.some((bucket) => bucket !== null)) link.ask(askOf('refund', request, limits), UNHEARD);
  }

  #decide(decision: Decision): void {
    this.#state = 'decided';
    this.decided(decision);
  }
}

function askOf(
  kind: Ask['kind'],
  request: ClaimRequest,
  usualLimits: readonly BucketRate[],
  ledger: AskLedger | null = null,
): Ask {
  const { claimant, place, toldMs, buckets, limits = usualLimits } = request;
  return { kind, claimant, place, toldMs, limits, buckets, ledger };
}

function entryOf({ link, entries }: AdmissionOptions, { ledger }: ClaimRequest): ClaimEntry | null {
  return entries && ledger ? new ClaimEntry(link, entries, ledger) : null;
}

function decisionOf(
  result: AskResult,
  request: ClaimRequest,
  refusals: RefusalCache,
  entry: ClaimEntry | null,
): Decision {
  switch (result.kind) {
    case 'limited': {
      const bucket = request.buckets[result.limit];
      if (bucket !== null && bucket !== undefined) refusals.remember(bucket, result.waitMs);
      return { ...result, cached: false };
    }
    case 'inside':
      return { kind: 'in-progress' };
    case 'wait':
    case 'door':
      return {
        kind: 'wait',
        place: result.place,
        joined: result.kind === 'wait' && result.joined,
        remaining: result.remaining,
      };
    case 'shut':
    case 'full':
    case 'pass':
    case 'none':
    case 'untrusted':
      return result;
    case 'recorded': {
      const verdict = entry?.judge(result.text);
      return verdict === undefined || verdict.kind === 'repeat' ? { kind: 'unsettled' } : verdict;
    }
    case 'enter':
      throw new Error('A request that is no claim was let in: the store broke its contract');
  }
}

function failureOf(fault: StoreUnavailableError | 'overloaded'): Decision {
  return fault === 'overloaded' ? { kind: 'overloaded' } : { kind: 'store-unavailable', waitedMs: fault.waitedMs };
}
