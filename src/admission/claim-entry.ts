/**
 * One claim's entry in the ledger, from this gateway's side. It is owned from the moment the store lets the claim in or
 * to the door; it is settled once, by whoever gives it back or by the answer; and no byte leaves for the service
 * unless the lease outlasts the service's time-out.
 *
 *   asked ──enter | door──▶ owned ──answered──▶ settled
 *     │ no reply              │ sent back, aborted, too late
 *     ▼                       ▼
 *   withdrawn              given back
 */
import { type AttemptEnd, FREE } from '../claims/campaign-claims.js';
import { type Memo, memoText, unknownText } from '../claims/entry-text.js';
import { judgeRecorded, type LedgerRequest, type Verdict } from '../claims/verdict.js';
import type { AskLedger } from './ask.js';
import type { CampaignLink } from './campaign-link.js';
import type { ClaimRequest } from './claim-request.js';
import type { Attempt } from './decision.js';

export interface EntrySettings {
  /** A name that no other attempt has, of this gateway or another. */
  readonly nextAttempt: () => string;
  /** How long the store leaves an entry to its attempt, in milliseconds. */
  readonly leaseMs: () => number;
  /** What of it the service may need at most, in milliseconds. */
  readonly timeoutMs: () => number;
}

/** What keeps entries. */
interface Keeper {
  readonly link: CampaignLink;
  /** Left out where the campaign keeps none. */
  readonly entries?: EntrySettings | null;
}

/** Null where no entry is kept of this request. */
export function entryOf({ link, entries }: Keeper, { ledger }: ClaimRequest): ClaimEntry | null {
  return entries && ledger ? new ClaimEntry(link, entries, ledger) : null;
}

export class ClaimEntry {
  #attempt: Attempt;
  #memo: Memo;
  #repeats = '';
  #leaseUntilUs = 0;
  #generation = '';
  #era = 0;
  #owned = false;

  constructor(
    private readonly link: CampaignLink,
    private readonly settings: EntrySettings,
    private readonly request: LedgerRequest,
  ) {
    this.#memo = request.memo;
    this.#attempt = { key: request.key, id: '', memo: request.memo, repeats: false };
  }

  /** A new attempt, as an ask names it. */
  next(): AskLedger {
    const { key } = this.request;
    const id = this.settings.nextAttempt();
    this.#attempt = { key, id, memo: this.#memo, repeats: this.#repeats !== '' };
    return { key, attempt: id, memo: memoText(this.#memo), repeats: this.#repeats };
  }

  /** What the entry in the way means; after `repeat`, `next` asks for its place. */
  judge(text: string): Verdict {
    const verdict = judgeRecorded(text, this.request, this.link.view?.nowUs ?? 0);
    if (verdict.kind === 'repeat') {
      // Whoever repeats says what the first one said, so that the service sees one key.
      this.#repeats = verdict.attempt;
      this.#memo = verdict.memo;
    }
    return verdict;
  }

  /** The store has given the entry to this attempt. */
  own(decidedAtUs: number): void {
    this.#owned = true;
    this.#leaseUntilUs = decidedAtUs + this.settings.leaseMs() * 1000;
    this.#generation = this.link.view?.generation ?? '';
    this.#era = this.link.view?.claims.era ?? 0;
  }

  /** Nothing was sent: the claim may be made again. */
  giveBack(): void {
    if (this.#owned) this.settle(FREE);
  }

  /** No reply came: the entry may have been made all the same. */
  withdraw(): void {
    this.#generation = '';
    this.#settle(FREE);
  }

  settle(end: AttemptEnd, told?: () => void): void {
    this.#owned = false;
    this.#settle(end, told);
  }

  isTooLate(nowUs: number): boolean {
    return this.#owned && this.#leaseUntilUs - nowUs < this.settings.timeoutMs() * 1000;
  }

  get attempt(): Attempt {
    return this.#attempt;
  }

  /** An attempt of unknown outcome was taken over: giving back must not forget it. */
  #settle(end: AttemptEnd, told?: () => void): void {
    const { key, id, memo, repeats } = this.#attempt;
    const generation = this.#generation;
    const era = this.#era;
    if (end.outcome === 'free' && repeats) {
      const text = unknownText(this.link.view?.nowUs ?? 0, id, memoText(memo));
      const unknown = { outcome: 'unknown', text, keepMs: 0, markMs: -1 } as const;
      this.link.settle({ key, attempt: id, counts: true, generation, era, ...unknown }, told);
      return;
    }
    const { outcome, text, keepMs, markMs } = end;
    this.link.settle({ key, attempt: id, outcome, text, keepMs, markMs, counts: true, generation, era }, told);
  }
}
