/** One claim on its way to a decision. */
import type { BucketRate } from '../buckets/gcra.js';
import type { RefusalCache } from '../buckets/refusal-cache.js';
import type { AttemptEnd } from '../claims/campaign-claims.js';
import type { Clock } from '../kernel/clock.js';
import type { StoreUnavailableError } from '../kernel/errors.js';
import type { Health } from '../overload/health.js';
import type { Slot } from '../overload/limiter.js';
import type { Place } from '../waiting-room/place.js';
import type { AskResult, Remaining } from './ask.js';
import { decisionOf, failureOf } from './ask-outcome.js';
import type { CampaignLink } from './campaign-link.js';
import { type ClaimEntry, type EntrySettings, entryOf } from './claim-entry.js';
import { askOf, type ClaimRequest } from './claim-request.js';
import { ClaimSeat } from './claim-seat.js';
import type { Attempt, Decision, Ending, Pass } from './decision.js';
import type { Leaver } from './departures.js';
import type { Door, HeldClaim } from './door.js';
import type { Held } from './held-claims.js';
import type { AskListener } from './pending-asks.js';
import type { PlacesAway } from './places-away.js';
import type { SlotAccount } from './slot-account.js';

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
  /** A name for the seat of one claim; null where the campaign has no sessions. */
  readonly seatName: () => string | null;
  /** Whether the campaign is at its end: nobody is told to wait. */
  readonly over?: () => boolean;
}

/** For an ask whose answer changes nothing; unanswered, it counts as charged. */
const UNHEARD: AskListener = { answered: () => {}, failed: () => {} };

export class Claim implements AskListener, HeldClaim, Pass {
  place: Place | null = null;
  untilUs: number;
  held: Held | null = null;
  #remaining: Remaining = [];
  #joined = false;
  #state: 'asked' | 'held' | 'decided' | 'aborted' = 'asked';
  /** The store has counted the entry already, when it answered the ask. */
  #counted = false;
  readonly #entry: ClaimEntry | null;
  /** Its own from when it departs until it is finished; null while it waits for another permit. */
  #slot: Slot | null = null;
  /** The time of its permit. */
  #departureUs = 0;
  /** Held at the door for another permit. */
  #anew: HeldClaim | null = null;
  /** Null where the campaign has no sessions. */
  readonly #seat: ClaimSeat | null;

  constructor(
    private readonly options: AdmissionOptions,
    private readonly request: ClaimRequest,
    private readonly refusals: RefusalCache,
    private readonly away: PlacesAway,
    private readonly decided: (decision: Decision) => void,
  ) {
    this.untilUs = options.clock.monotonicUs() + options.holdMs() * 1000;
    this.#entry = entryOf(options, request);
    const seat = options.seatName();
    this.#seat = seat === null ? null : new ClaimSeat(options.link, request.claimant, seat);
  }

  get attempt(): Attempt | null {
    return this.#entry?.attempt ?? null;
  }

  ask(): void {
    const { link, limits } = this.options;
    const kind = this.request.spare === true ? 'spare' : 'claim';
    link.ask(askOf(kind, this.request, limits, this.#entry?.next(), this.#seat?.name), this);
  }

  answered(result: AskResult, decidedAtUs: number): void {
    if (result.kind === 'enter' || result.kind === 'door') {
      this.#entry?.own(decidedAtUs);
      this.#seat?.take();
    }
    if (result.kind === 'enter') this.#entered(result.place, result.remaining, decidedAtUs + result.departInUs);
    else if (this.#state === 'aborted') {
      if (result.kind === 'door') {
        this.#giveBack();
        this.options.link.report('gone', result.place);
      }
    } else if (result.kind === 'door') this.#hold(result.place, result.joined, result.remaining);
    else if (result.kind === 'recorded' && this.#entry !== null) this.#recorded(this.#entry, result.text);
    else this.#decide(this.#unlessOver(decisionOf(result, this.request, this.refusals, this.#entry)));
  }

  failed(fault: StoreUnavailableError | 'overloaded'): void {
    if (fault !== 'overloaded') {
      this.#entry?.withdraw();
      this.#seat?.withdraw();
    }
    if (this.#state === 'asked') this.#decide(failureOf(fault));
  }

  depart(departureUs: number): void {
    if (this.#entry?.isTooLate(this.options.clock.monotonicUs())) {
      this.#askAnew();
      return;
    }
    this.#begin(departureUs);
    if (this.place !== null) {
      this.away.add(this.place);
      if (!this.#counted) this.options.link.report('entered', this.place);
    }
    this.#decide({ kind: 'admit', pass: this, joined: this.#joined, remaining: this.#remaining });
  }

  mayLeave(leaver: Leaver): boolean {
    const word = this.options.door.mayLeave(this.#departureUs, leaver);
    if (word === 'void') this.#waitAnew(leaver);
    return word === 'now';
  }

  sendBack(): void {
    this.#giveBack();
    if (this.#counted) this.#giveBackEntry();
    if (this.options.over?.()) this.#decide({ kind: 'over' });
    else if (this.#entry?.attempt.repeats || this.request.spare) this.#decide({ kind: 'shut' });
    else if (this.place === null) this.#joinInstead();
    else this.#decide({ kind: 'wait', place: this.place, joined: this.#joined, remaining: this.#remaining });
  }

  abort(): void {
    if (this.#state === 'held' && this.options.door.remove(this)) {
      this.#giveBack();
      if (this.#counted) this.#giveBackEntry();
      else if (this.place !== null) this.options.link.report('gone', this.place);
    }
    if (this.#state !== 'decided') this.#state = 'aborted';
  }

  settle(end: AttemptEnd, told: () => void): void {
    if (this.#entry === null) told();
    else this.#entry.settle(end, told);
  }

  finish(ending: Ending, health: Health, beginsSession = false): void {
    const { slots, door, link } = this.options;
    if (this.#slot !== null) slots.end(this.#slot, health);
    if (this.#anew !== null) door.remove(this.#anew);
    this.#seat?.settle(beginsSession);
    if (this.place !== null) {
      this.away.delete(this.place);
      const event = { claimant: this.request.claimant, place: this.place };
      link.reportClaimant(ending === 'final' ? 'spent' : 'retained', event);
    }
    if (door.askNow()) link.flushNow();
    else link.flushSoon();
  }

  #begin(departureUs: number): void {
    this.#slot = this.options.slots.begin();
    this.#departureUs = departureUs;
  }

  /** Too late for its permit: the token is lost, and the slot is free until it has another. */
  #waitAnew(leaver: Leaver): void {
    const { slots, door } = this.options;
    slots.end(this.#slot!, 'ignored');
    this.#slot = null;
    this.#anew = {
      place: null,
      held: null,
      // The time limit of its hand-over runs.
      untilUs: Number.POSITIVE_INFINITY,
      depart: (departureUs) => {
        this.#anew = null;
        this.#begin(departureUs);
        leaver.leave();
      },
      sendBack: () => {
        this.#anew = null;
        leaver.stay();
      },
    };
    door.holdAnew(this.#anew);
  }

  #entered(place: Place | null, remaining: Remaining, departureUs: number): void {
    if (place !== null && this.away.has(place)) {
      this.#giveBack();
      this.options.door.takePermit(departureUs);
      if (this.#state === 'asked') this.#decide({ kind: 'in-progress' });
      return;
    }
    this.place = place;
    this.#remaining = remaining;
    this.#counted = true;
    // It stays for what it was given: whoever asks often and holds for nothing would else waste every token.
    this.untilUs = Math.max(this.untilUs, departureUs);
    if (this.#state === 'aborted') {
      this.#giveBack();
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
      this.#giveBack();
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
    (other as Claim).#giveBack();
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
    this.#giveBack();
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

  /** Nothing of the claim was sent: what it owns is free for another. */
  #giveBack(): void {
    this.#entry?.giveBack();
    this.#seat?.giveBack();
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
