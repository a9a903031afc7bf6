/**
 * One campaign's decisions at this gateway. A claim is asked about once; if its door is busy it is held for a moment;
 * then it has a decision. Until that moment an abort costs nobody anything.
 */
import { RefusalCache } from '../buckets/refusal-cache.js';
import { turnOf } from '../waiting-room/lottery.js';
import type { Place } from '../waiting-room/place.js';
import type { Ask } from './ask.js';
import { decisionOf, failureOf } from './ask-outcome.js';
import { type AdmissionOptions, Claim } from './claim.js';
import { entryOf } from './claim-entry.js';
import { askOf, type ClaimRequest } from './claim-request.js';
import type { Decision } from './decision.js';
import { PlacesAway } from './places-away.js';

export type { AdmissionOptions } from './claim.js';
export type { ClaimRequest } from './claim-request.js';

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
