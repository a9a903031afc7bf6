/**
 * The ledger and the budget of the embedded store. `claims.lua` is the same on Redis; the equivalence test holds both
 * to it. An open entry holds one unit of the budget until it is settled, however long that takes; a grant turns the
 * unit into a granted one, anything final gives it back.
 */
import type { AskLedger } from '../admission/ask.js';
import type { ClaimsView, KnownClaims, Settlement, SoldOutSign } from '../admission/exchange.js';
import type { ClaimsSettings } from '../admission/exchange-settings.js';
import { erasedAnswer } from './answer-text.js';
import { type BookMemory, type KeptEntry, orForGood, orNull } from './book-memory.js';
import type { AttemptEnd } from './campaign-claims.js';
import type { ClaimsFigures, Erasure, Resolution } from './claims-audit.js';
import { attemptOf, inFlightText } from './entry-text.js';
import { LostClaims } from './lost-claims.js';
import { MemoryEntries } from './memory-entries.js';
import { OpenUnits } from './open-units.js';
import { SoldOutWord } from './sold-out-word.js';

/** After a loss of data nobody enters a bounded campaign for this long: every gateway reports what it knows first. */
export const RECOVERY_US = 1_500_000;
/** Names the units set aside, where an operator is asked of a claim. */
const LOST = 'lost';
export class MemoryBook {
  readonly #entries = new MemoryEntries();
  readonly #lost = new LostClaims();
  readonly #soldOut = new SoldOutWord();
  readonly #units = new OpenUnits();
  #era = 0;
  /** Whether the call in hand speaks of an earlier era. */
  #outdated = false;
  #granted = 0;
  /** Those counted in these data. */
  #grantedSince = 0;
  #attempts = 0;
  replayed = 0;

  get marks(): Iterable<string> {
    return this.#entries.marks;
  }

  isAhead(known: KnownClaims): boolean {
    if (known.era !== this.#era) return known.era > this.#era;
    return known.granted > this.#granted || known.attempts > this.#attempts;
  }

  /** Whether the call that was merged last speaks of an earlier era: none of its claims is judged. */
  get outdated(): boolean {
    return this.#outdated;
  }

  /** Whether a claim is open, or one of unknown outcome was lost. */
  get hasOpenClaims(): boolean {
    return this.#units.size > 0 || this.#lost.unknown > 0;
  }

  /** Ledger and budget begin anew. The names of entries hold the era: nobody asks for older ones any more. */
  beginEra(era = this.#era + 1): void {
    this.#era = era;
    this.#granted = 0;
    this.#grantedSince = 0;
    this.#attempts = 0;
    this.replayed = 0;
    this.#soldOut.beginEra();
    this.#lost.beginEra();
    this.#units.clear();
    this.#entries.clear();
  }

  /**
   * @param loss - this call found that data was lost
   * @param stranger - the caller speaks of other data than these, and so tells of a loss; the next one of the same
   */
  merge(known: KnownClaims, loss: boolean, stranger: boolean, nowUs: number): void {
    this.#outdated = known.era < this.#era;
    if (known.era > this.#era) this.beginEra(known.era);
    if (!this.#outdated) this.#mergeFigures(known, loss, stranger);
    this.#lost.merge(known, loss, stranger, nowUs);
  }

  /** What was granted in data that are lost, and what has been counted since, are different grants: they add up. */
  #mergeFigures(known: KnownClaims, loss: boolean, stranger: boolean): void {
    const before = stranger ? Math.max(known.granted, known.grantedBefore) : known.grantedBefore;
    if (before > 0) this.#granted = Math.max(this.#granted, before + this.#grantedSince);
    if (stranger) this.#lost.see(known.held, known.unknown);
    else if (loss) this.#lost.see(known.held - this.#units.size);
    this.#granted = Math.max(this.#granted, known.granted);
    this.#attempts = Math.max(this.#attempts, known.attempts);
    this.#soldOut.turns = Math.max(this.#soldOut.turns, known.soldOut);
  }

  /** Whether claims have to wait for an operator. */
  isHalted({ strict }: ClaimsSettings): boolean {
    return strict && this.#lost.losses > this.#lost.confirmed;
  }

  /** @returns the entry that stands in this ask's way, if there is one */
  recorded(ask: AskLedger, nowUs: number): string | null {
    const text = this.#entries.read(ask.key, nowUs);
    if (text === null) return null;
    const open = attemptOf(text);
    if (open === null) {
      this.replayed++;
      return text;
    }
    const over = open.kind === 'unknown' || open.atUs < nowUs;
    return over && open.attempt === ask.repeats ? null : text;
  }

  /** Whether data was lost less than `durationUs` ago. */
  lostWithin(durationUs: number, nowUs: number): boolean {
    return this.#lost.happenedWithin(durationUs, nowUs);
  }

  /**
   * Units that may still be taken; infinite without a budget.
   * @param slotsInUse - claims at the service, whether their entries are here or were lost
   */
  unitsLeft(settings: ClaimsSettings, nowUs: number, slotsInUse: number): number {
    const { budget } = settings;
    if (budget === 0) return Number.POSITIVE_INFINITY;
    if (this.lostWithin(RECOVERY_US, nowUs)) return 0;
    const lost = this.#lost.setAside(settings, nowUs, slotsInUse, this.#units.size);
    return Math.max(0, budget - this.#granted - this.#units.size - lost);
  }

  /** Whether an entry may be opened now: there is a unit left, or it has its own already. */
  mayOpen(ask: AskLedger, settings: ClaimsSettings, nowUs: number, slotsInUse: number): boolean {
    return this.unitsLeft(settings, nowUs, slotsInUse) >= 1 || this.#units.has(ask.key);
  }

  open(ask: AskLedger, leaseUs: number, nowUs: number): void {
    const untilUs = nowUs + leaseUs;
    this.#attempts++;
    this.#units.set(ask.key, untilUs);
    this.#entries.write(ask.key, inFlightText(untilUs, ask.attempt, ask.memo), Number.POSITIVE_INFINITY, nowUs);
  }

  settle(event: Settlement, generation: string, nowUs: number): void {
    const { key, outcome } = event;
    if (event.era !== this.#era) return;
    const text = this.#entries.read(key, nowUs);
    if (text !== null && attemptOf(text)?.attempt !== event.attempt) return;
    if (text === null && event.generation !== '' && event.generation !== generation) this.#lost.settleOne();
    if (outcome === 'unknown') this.#units.set(key, 0);
    else this.#units.delete(key);
    if (outcome === 'free') {
      this.#entries.delete(key);
      return;
    }
    this.#entries.write(key, event.text, untilOf(event.keepMs, nowUs), nowUs);
    if (outcome !== 'granted') return;
    if (event.counts) {
      this.#granted++;
      this.#grantedSince++;
    }
    this.#soldOut.breakRow();
    if (event.markMs < 0) return;
    this.#entries.mark(key, untilOf(event.markMs, nowUs));
  }

  /** An operator says how an open claim ended, or what became of the units whose entries were lost while open. */
  resolve(name: string, end: AttemptEnd, nowUs: number): Resolution {
    if (name === LOST) return this.#resolveLost(end.outcome === 'granted');
    const text = this.#entries.read(name, nowUs);
    if (text === null) return 'none';
    const open = attemptOf(text);
    if (open === null) return 'closed';
    if (open.kind === 'in-flight' && open.atUs >= nowUs) return 'in-flight';
    this.settle({ ...end, key: name, attempt: open.attempt, counts: true, generation: '', era: this.#era }, '', nowUs);
    return 'resolved';
  }

  #resolveLost(granted: boolean): Resolution {
    const lost = this.#lost.resolve();
    if (lost === 0) return 'none';
    if (granted) this.#granted += lost;
    return 'resolved';
  }

  /** Takes the answers out of closed entries. @param write - false: only says what it would come to */
  erase(names: readonly string[], nowUs: number, write: boolean): Erasure {
    const texts = names.map((name) => [name, this.#entries.read(name, nowUs)] as const);
    if (texts.some(([, text]) => text !== null && attemptOf(text) !== null)) return 'open';
    let erasure: Erasure = 'none';
    for (const [name, text] of texts) {
      if (text === null || text === 'm') continue;
      const left = erasedAnswer(text);
      if (left === text) continue;
      erasure = 'erased';
      if (write) this.#entries.rewrite(name, left);
    }
    return erasure;
  }

  /** Open entries that nobody answers for any more, the oldest first. */
  unknownEntries(nowUs: number): Array<readonly [key: string, text: string]> {
    return this.#units.keysOver(nowUs).flatMap((key) => {
      const text = this.#entries.read(key, nowUs);
      return text === null ? [] : [[key, text] as const];
    });
  }

  figures(nowUs: number): Omit<ClaimsFigures, 'epoch' | 'issued' | 'called' | 'lapsed' | 'entered'> {
    const unknown = this.#units.overAt(nowUs);
    return {
      granted: this.#granted,
      replayed: this.replayed,
      inFlight: this.#units.size - unknown,
      unknown,
      lost: this.#lost.unknown,
      losses: this.#lost.losses,
      confirmed: this.#lost.confirmed,
      soldOut: this.#soldOut.isSoldOut,
    };
  }

  noteSign(sign: SoldOutSign): void {
    if (!this.#outdated) this.#soldOut.note(sign);
  }

  view(settings: ClaimsSettings, nowUs: number, slotsInUse: number): ClaimsView {
    return {
      era: this.#era,
      granted: this.#granted,
      grantedBefore: 0,
      attempts: this.#attempts,
      held: this.#units.size,
      soldOut: this.#soldOut.turns,
      losses: this.#lost.losses,
      confirmed: this.#lost.confirmed,
      unknown: settings.ledger ? this.#units.overAt(nowUs) : 0,
      lost: this.#lost.setAside(settings, nowUs, slotsInUse, this.#units.size),
      signs: this.#soldOut.signs,
    };
  }

  isOpen(key: string): boolean {
    return this.#units.has(key);
  }

  entryOf(key: string): KeptEntry | null {
    const { entry, marked } = this.#entries.keptOf(key);
    const unitUs = this.#units.untilUs(key);
    if (entry === null && !marked && unitUs === null) return null;
    return { era: this.#era, text: entry?.text ?? null, untilUs: orNull(entry?.untilUs ?? 0), marked, unitUs };
  }

  /** @returns false when it is over, or of an earlier era */
  recallEntry(key: string, { era, text, untilUs, marked, unitUs }: KeptEntry, nowUs: number): boolean {
    if (era !== this.#era) return false;
    const entry = text === null ? null : { text, untilUs: orForGood(untilUs) };
    const counts = this.#entries.recall(key, entry, marked, nowUs);
    if (unitUs !== null) this.#units.set(key, unitUs);
    return counts || unitUs !== null;
  }

  memory(): BookMemory {
    return {
      era: this.#era,
      granted: this.#granted,
      grantedSince: this.#grantedSince,
      attempts: this.#attempts,
      soldOut: this.#soldOut.turns,
      ...this.#lost.memory(),
      replayed: this.replayed,
      marksUntilUs: orNull(this.#entries.marksUntilUs),
    };
  }

  /** Goes on where an earlier process ended. */
  recall(memory: BookMemory): void {
    this.#era = memory.era;
    this.#granted = memory.granted;
    this.#grantedSince = memory.grantedSince;
    this.#attempts = memory.attempts;
    this.#soldOut.turns = memory.soldOut;
    this.#lost.recall(memory);
    this.replayed = memory.replayed;
    this.#entries.recallMarksUntil(orForGood(memory.marksUntilUs));
  }
}

/** @param keepMs - 0: for good */
function untilOf(keepMs: number, nowUs: number): number {
  return keepMs === 0 ? Number.POSITIVE_INFINITY : nowUs + keepMs * 1000;
}
