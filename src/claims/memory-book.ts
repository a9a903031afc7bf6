/**
 * The ledger and the budget of the embedded store. `claims.lua` is the same on Redis; the equivalence test holds both
 * to it. An open entry holds one unit of the budget until it is settled, however long that takes; a grant turns the
 * unit into a granted one, anything final gives it back.
 */
import type {
  AskLedger,
  ClaimsSettings,
  ClaimsView,
  KnownClaims,
  Settlement,
  SoldOutSign,
} from '../admission/exchange.js';
import { erasedAnswer } from './answer-text.js';
import type { AttemptEnd } from './campaign-claims.js';
import type { ClaimsFigures, Erasure, Resolution } from './claims-audit.js';
import { inFlightText } from './entry-text.js';

/** After a loss of data nobody enters a bounded campaign for this long: every gateway reports what it knows first. */
export const RECOVERY_US = 1_500_000;
/** A bare status must come to this many different claimants in a row. */
export const SIGNS = 3;
/** Names the units set aside, where an operator is asked of a claim. */
const LOST = 'lost';
/** Entries looked at for their end with each one written. */
const SWEEP_PER_WRITE = 2;

interface Entry {
  readonly text: string;
  /** Store time in microseconds; infinite: for good. */
  readonly untilUs: number;
}

/** All that is known under one key. */
export interface KeptEntry {
  readonly era: number;
  /** Null: only that it was granted is known. */
  readonly text: string | null;
  /** Null: for good. */
  readonly untilUs: number | null;
  readonly marked: boolean;
  /** Of an open entry, until when it is surely in flight; null: it is none. */
  readonly unitUs: number | null;
}

/** What of a ledger outlives its process, beside the entries. */
export interface BookMemory {
  readonly era: number;
  readonly granted: number;
  readonly grantedSince: number;
  readonly attempts: number;
  readonly soldOut: number;
  readonly losses: number;
  readonly confirmed: number;
  readonly lossUs: number;
  readonly lost: readonly [seen: number, settled: number, unknown: number];
  readonly replayed: number;
  /** Null: for good. */
  readonly marksUntilUs: number | null;
}

export class MemoryBook {
  #entries = new Map<string, Entry>();
  #sweep = this.#entries.entries();
  readonly #marks = new Set<string>();
  #marksUntilUs = 0;
  /** Open entries: until when they are surely in flight. */
  readonly #units = new Map<string, number>();
  #era = 0;
  /** Whether the call in hand speaks of an earlier era. */
  #outdated = false;
  #granted = 0;
  /** Those counted in these data. */
  #grantedSince = 0;
  #attempts = 0;
  #soldOut = 0;
  #losses = 0;
  #confirmed = 0;
  #lossUs = 0;
  #lostSeen = 0;
  #lostSettled = 0;
  #lostUnknown = 0;
  #signs: string[] = [];
  replayed = 0;

  get marks(): ReadonlySet<string> {
    return this.#marks;
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
    return this.#units.size > 0 || this.#unknownLost() > 0;
  }

  /** Ledger and budget begin anew. The names of entries hold the era: nobody asks for older ones any more. */
  beginEra(era = this.#era + 1): void {
    this.#era = era;
    this.#granted = 0;
    this.#grantedSince = 0;
    this.#attempts = 0;
    this.#soldOut = 0;
    this.#lostSeen = 0;
    this.#lostSettled = 0;
    this.#lostUnknown = 0;
    this.#signs = [];
    this.replayed = 0;
    this.#units.clear();
    this.#marks.clear();
    this.#entries.clear();
    this.#sweep = this.#entries.entries();
  }

  /**
   * @param loss - this call found that data was lost
   * @param stranger - the caller speaks of other data than these, and so tells of a loss; the next one of the same
   */
  merge(known: KnownClaims, loss: boolean, stranger: boolean, nowUs: number): void {
    this.#outdated = known.era < this.#era;
    if (known.era > this.#era) this.beginEra(known.era);
    if (!this.#outdated) this.#mergeFigures(known, loss, stranger);
    this.#losses = Math.max(this.#losses, known.losses);
    this.#confirmed = Math.max(this.#confirmed, known.confirmed);
    if (stranger ? this.#lossUs > 0 : !loss) return;
    this.#losses++;
    this.#lossUs = nowUs;
  }

  /** What was granted in data that are lost, and what has been counted since, are different grants: they add up. */
  #mergeFigures(known: KnownClaims, loss: boolean, stranger: boolean): void {
    const before = stranger ? Math.max(known.granted, known.grantedBefore) : known.grantedBefore;
    if (before > 0) this.#granted = Math.max(this.#granted, before + this.#grantedSince);
    if (stranger) {
      this.#lostSeen = Math.max(this.#lostSeen, known.held);
      this.#lostUnknown = Math.max(this.#lostUnknown, known.unknown);
    } else if (loss) this.#lostSeen = Math.max(this.#lostSeen, known.held - this.#units.size);
    this.#granted = Math.max(this.#granted, known.granted);
    this.#attempts = Math.max(this.#attempts, known.attempts);
    this.#soldOut = Math.max(this.#soldOut, known.soldOut);
  }

  /** Whether claims have to wait for an operator. */
  isHalted({ strict }: ClaimsSettings): boolean {
    return strict && this.#losses > this.#confirmed;
  }

  /** @returns the entry that stands in this ask's way, if there is one */
  recorded(ask: AskLedger, nowUs: number): string | null {
    const text = this.#read(ask.key, nowUs);
    if (text === null) return null;
    const open = openOf(text);
    if (open === null) {
      this.replayed++;
      return text;
    }
    const over = open.state === 'u' || open.atUs < nowUs;
    return over && open.attempt === ask.repeats ? null : text;
  }

  /** Whether data was lost less than `durationUs` ago. */
  lostWithin(durationUs: number, nowUs: number): boolean {
    return this.#lossUs > 0 && nowUs < this.#lossUs + durationUs;
  }

  /**
   * Units that may still be taken; infinite without a budget.
   * @param slotsInUse - claims at the service, whether their entries are here or were lost
   */
  unitsLeft(settings: ClaimsSettings, nowUs: number, slotsInUse: number): number {
    const { budget } = settings;
    if (budget === 0) return Number.POSITIVE_INFINITY;
    if (this.lostWithin(RECOVERY_US, nowUs)) return 0;
    return Math.max(0, budget - this.#granted - this.#units.size - this.#lost(settings, nowUs, slotsInUse));
  }

  /** Whether an entry may be opened now: it has its unit already, or there is one left. */
  mayOpen(ask: AskLedger, settings: ClaimsSettings, nowUs: number, slotsInUse: number): boolean {
    return this.#units.has(ask.key) || this.unitsLeft(settings, nowUs, slotsInUse) >= 1;
  }

  open(ask: AskLedger, leaseUs: number, nowUs: number): void {
    const untilUs = nowUs + leaseUs;
    this.#attempts++;
    this.#units.set(ask.key, untilUs);
    this.#write(ask.key, inFlightText(untilUs, ask.attempt, ask.memo), Number.POSITIVE_INFINITY, nowUs);
  }

  settle(event: Settlement, generation: string, nowUs: number): void {
    const { key, outcome } = event;
    if (event.era !== this.#era) return;
    const text = this.#read(key, nowUs);
    if (text !== null && openOf(text)?.attempt !== event.attempt) return;
    if (text === null && event.generation !== '' && event.generation !== generation) this.#lostSettled++;
    if (outcome === 'unknown') this.#units.set(key, 0);
    else this.#units.delete(key);
    if (outcome === 'free') {
      this.#entries.delete(key);
      return;
    }
    this.#write(key, event.text, event.keepMs === 0 ? Number.POSITIVE_INFINITY : nowUs + event.keepMs * 1000, nowUs);
    if (outcome !== 'granted') return;
    if (event.counts) {
      this.#granted++;
      this.#grantedSince++;
    }
    this.#signs = [];
    if (event.markMs < 0) return;
    this.#marks.add(key);
    this.#marksUntilUs = event.markMs === 0 ? Number.POSITIVE_INFINITY : nowUs + event.markMs * 1000;
  }

  /** An operator says how an open claim ended, or what became of the units whose entries were lost while open. */
  resolve(name: string, end: AttemptEnd, nowUs: number): Resolution {
    if (name === LOST) return this.#resolveLost(end.outcome === 'granted');
    const text = this.#read(name, nowUs);
    if (text === null) return 'none';
    const open = openOf(text);
    if (open === null) return 'closed';
    if (open.state === 'i' && open.atUs >= nowUs) return 'in-flight';
    this.settle({ ...end, key: name, attempt: open.attempt, counts: true, generation: '', era: this.#era }, '', nowUs);
    return 'resolved';
  }

  #resolveLost(granted: boolean): Resolution {
    const lost = this.#unknownLost();
    if (lost === 0) return 'none';
    this.#lostSettled = this.#lostSeen;
    if (granted) this.#granted += lost;
    return 'resolved';
  }

  /** Takes the answers out of closed entries. @param write - false: only says what it would come to */
  erase(names: readonly string[], nowUs: number, write: boolean): Erasure {
    const texts = names.map((name) => [name, this.#read(name, nowUs)] as const);
    if (texts.some(([, text]) => text !== null && openOf(text) !== null)) return 'open';
    let erasure: Erasure = 'none';
    for (const [name, text] of texts) {
      const entry = this.#entries.get(name);
      if (text === null || text === 'm' || entry === undefined) continue;
      const left = erasedAnswer(text);
      if (left === text) continue;
      erasure = 'erased';
      if (write) this.#entries.set(name, { ...entry, text: left });
    }
    return erasure;
  }

  /** Open entries that nobody answers for any more, the oldest first. */
  unknownEntries(nowUs: number): Array<readonly [key: string, text: string]> {
    const over = [...this.#units].filter(([, untilUs]) => untilUs < nowUs).sort(([, a], [, b]) => a - b);
    return over.flatMap(([key]) => {
      const text = this.#read(key, nowUs);
      return text === null ? [] : [[key, text] as const];
    });
  }

  figures(nowUs: number): Omit<ClaimsFigures, 'epoch' | 'issued' | 'called' | 'lapsed' | 'entered'> {
    let unknown = 0;
    for (const untilUs of this.#units.values()) if (untilUs < nowUs) unknown++;
    return {
      granted: this.#granted,
      replayed: this.replayed,
      inFlight: this.#units.size - unknown,
      unknown,
      lost: this.#unknownLost(),
      losses: this.#losses,
      confirmed: this.#confirmed,
      soldOut: this.#soldOut % 2 === 1,
    };
  }

  noteSign({ claimant, sign }: SoldOutSign): void {
    if (this.#outdated) return;
    if (sign === 'none') this.#signs = [];
    else if (sign === 'bare' && !this.#signs.includes(claimant)) this.#signs.push(claimant);
    if (sign !== 'certain' && this.#signs.length < SIGNS) return;
    this.#signs = [];
    if (this.#soldOut % 2 === 0) this.#soldOut++;
  }

  view(settings: ClaimsSettings, nowUs: number, slotsInUse: number): ClaimsView {
    let unknown = 0;
    if (settings.ledger) for (const untilUs of this.#units.values()) if (untilUs < nowUs) unknown++;
    return {
      era: this.#era,
      granted: this.#granted,
      grantedBefore: 0,
      attempts: this.#attempts,
      held: this.#units.size,
      soldOut: this.#soldOut,
      losses: this.#losses,
      confirmed: this.#confirmed,
      unknown,
      lost: this.#lost(settings, nowUs, slotsInUse),
      signs: this.#signs.length,
    };
  }

  /**
   * A lease after a loss, what was in flight has been settled by whoever had it; what was unknown stays set aside. Until
   * then whatever is at the service, and has no entry in these data, was lost: the slots tell how many, whoever saw them.
   */
  #lost({ leaseMs }: ClaimsSettings, nowUs: number, slotsInUse: number): number {
    if (nowUs < this.#lossUs + leaseMs * 1000) {
      return Math.max(0, this.#lostSeen - this.#lostSettled, slotsInUse - this.#units.size);
    }
    return this.#unknownLost();
  }

  #unknownLost(): number {
    return Math.min(Math.max(0, this.#lostSeen - this.#lostSettled), this.#lostUnknown);
  }

  isOpen(key: string): boolean {
    return this.#units.has(key);
  }

  entryOf(key: string): KeptEntry | null {
    const entry = this.#entries.get(key);
    const [marked, unitUs] = [this.#marks.has(key), this.#units.get(key) ?? null];
    if (entry === undefined && !marked && unitUs === null) return null;
    return { era: this.#era, text: entry?.text ?? null, untilUs: orNull(entry?.untilUs ?? 0), marked, unitUs };
  }

  /** @returns false when it is over, or of an earlier era */
  recallEntry(key: string, { era, text, untilUs, marked, unitUs }: KeptEntry, nowUs: number): boolean {
    if (era !== this.#era) return false;
    const entry = text !== null && orForGood(untilUs) > nowUs ? { text, untilUs: orForGood(untilUs) } : null;
    const marks = marked && this.#marksUntilUs > nowUs;
    if (entry !== null) this.#entries.set(key, entry);
    if (marks) this.#marks.add(key);
    if (unitUs !== null) this.#units.set(key, unitUs);
    return entry !== null || marks || unitUs !== null;
  }

  memory(): BookMemory {
    return {
      era: this.#era,
      granted: this.#granted,
      grantedSince: this.#grantedSince,
      attempts: this.#attempts,
      soldOut: this.#soldOut,
      losses: this.#losses,
      confirmed: this.#confirmed,
      lossUs: this.#lossUs,
      lost: [this.#lostSeen, this.#lostSettled, this.#lostUnknown],
      replayed: this.replayed,
      marksUntilUs: orNull(this.#marksUntilUs),
    };
  }

  /** Goes on where an earlier process ended. */
  recall(memory: BookMemory): void {
    this.#era = memory.era;
    this.#granted = memory.granted;
    this.#grantedSince = memory.grantedSince;
    this.#attempts = memory.attempts;
    this.#soldOut = memory.soldOut;
    this.#losses = memory.losses;
    this.#confirmed = memory.confirmed;
    this.#lossUs = memory.lossUs;
    [this.#lostSeen, this.#lostSettled, this.#lostUnknown] = memory.lost;
    this.replayed = memory.replayed;
    this.#marksUntilUs = orForGood(memory.marksUntilUs);
  }

  #read(key: string, nowUs: number): string | null {
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.untilUs > nowUs) return entry.text;
    if (this.#marksUntilUs <= nowUs) this.#marks.clear();
    return this.#marks.has(key) ? 'm' : null;
  }

  #write(key: string, text: string, untilUs: number, nowUs: number): void {
    this.#entries.set(key, { text, untilUs });
    for (let step = 0; step < SWEEP_PER_WRITE; step++) {
      const next = this.#sweep.next();
      if (next.done) {
        this.#sweep = this.#entries.entries();
        return;
      }
      if (next.value[1].untilUs <= nowUs) this.#entries.delete(next.value[0]);
    }
  }
}

const OPEN = /^([iu])(\d+) (\S+) /;

function openOf(text: string): { readonly state: string; readonly atUs: number; readonly attempt: string } | null {
  const match = OPEN.exec(text);
  return match === null ? null : { state: match[1]!, atUs: Number(match[2]), attempt: match[3]! };
}

/** JSON knows no infinity. */
function orNull(us: number): number | null {
  return us === Number.POSITIVE_INFINITY ? null : us;
}

function orForGood(us: number | null): number {
  return us ?? Number.POSITIVE_INFINITY;
}
