/**
 * A campaign of the embedded store that outlives its process. After each call, what it changed is written down, and only
 * then it is answered; what settles a claim is on the disk by then. Under the campaign's name stand:
 *
 *   head                       counters of line, ledger and pace
 *   place/<claimant>           who has which place
 *   spent/<line>/<number>      numbers that are used up
 *   entry/<key>                the ledger
 *
 * Left out, because its absence mints nothing: buckets of claimants (absent: full, as after any pause), the door's bucket
 * (absent: empty), slots, sessions, who stands at the door, and the calls of a moment ago.
 */
import type { CampaignStore, ExchangeCall, ExchangeReply } from '../admission/exchange.js';
import type { MemoryCampaignStore } from '../admission/memory-campaign-store.js';
import type { BookMemory, KeptEntry } from '../claims/book-memory.js';
import type { LineMemory } from '../waiting-room/line-memory.js';
import type { Place } from '../waiting-room/place.js';
import type { Changes } from './diary.js';

/** Writes into one campaign's part of the diary. */
export type Keep = (changes: Changes, onDisk: boolean) => Promise<void>;

interface Head {
  readonly line: LineMemory;
  readonly book: BookMemory;
  readonly pace: { readonly rateMilli: number; readonly revision: number };
}

export class DurableCampaign implements CampaignStore {
  #written = '';

  constructor(
    private readonly memory: MemoryCampaignStore,
    private readonly keep: Keep,
  ) {}

  async exchange(call: ExchangeCall): Promise<ExchangeReply> {
    const { line } = this.memory;
    const before = call.asks.map(({ claimant }) => line.find(claimant)?.place ?? null);
    const reply = this.memory.exchange(call);
    const changes = new Map<string, string | null>();
    this.#placesOfAsks(call, before, changes);
    this.#placesOfEvents(call, changes);
    this.#entriesOf(call, changes);
    if (changes.size > 0 || this.#headMoved()) this.#addHead(changes);
    if (changes.size > 0) await this.keep(changes, call.events.settled.length > 0);
    return reply;
  }

  /** Writes down what an operator changed. */
  async keepChange(...entries: readonly string[]): Promise<void> {
    const changes = new Map<string, string | null>();
    for (const key of entries) this.#addEntry(key, changes);
    this.#addHead(changes);
    await this.keep(changes, true);
  }

  /** Takes over what an earlier process wrote down. @returns names of what is of no use any more */
  recall(texts: ReadonlyMap<string, string>): string[] {
    const { line, book, pace } = this.memory;
    const nowUs = this.memory.storeTimeUs();
    const useless: string[] = [];
    const head = texts.get('head');
    if (head !== undefined) {
      const known = JSON.parse(head) as Head;
      line.recall(known.line, nowUs);
      book.recall(known.book);
      Object.assign(pace, known.pace);
    }
    for (const [name, text] of texts) {
      const [kind, first = '', second] = splitName(name);
      let used = true;
      if (kind === 'place') used = this.#recallPlace(first, text);
      else if (kind === 'spent')
        used = this.#recallSpent({ line: first === '0' ? 0 : 1, number: Number(second), returns: 0 });
      else if (kind === 'entry') used = book.recallEntry(name.slice(6), JSON.parse(text) as KeptEntry, nowUs);
      if (!used) useless.push(name);
    }
    return useless;
  }

  #recallPlace(claimant: string, text: string): boolean {
    const [line, number, returns, toldMs] = JSON.parse(text) as [0 | 1, number, number, number];
    const place = { line, number, returns };
    if (this.memory.line.isPast(place)) return false;
    this.memory.line.refill(claimant, place, toldMs);
    return true;
  }

  #recallSpent(place: Place): boolean {
    if (this.memory.line.isPast(place)) return false;
    this.memory.line.spend('', place);
    return true;
  }

  #placesOfAsks(call: ExchangeCall, before: ReadonlyArray<Place | null>, changes: Map<string, string | null>): void {
    call.asks.forEach((ask, i) => {
      const had = before[i]!;
      if (had !== null || this.memory.line.find(ask.claimant) !== null) this.#addPlace(ask.claimant, changes);
      for (const place of [had, ask.place]) if (place !== null) this.#addSpent(place, changes);
    });
  }

  #placesOfEvents({ events }: ExchangeCall, changes: Map<string, string | null>): void {
    for (const { claimant, place } of [...events.spent, ...events.given, ...events.retained]) {
      this.#addPlace(claimant, changes);
      this.#addSpent(place, changes);
    }
  }

  #entriesOf(call: ExchangeCall, changes: Map<string, string | null>): void {
    for (const { key } of call.events.settled) this.#addEntry(key, changes);
    for (const { ledger } of call.asks) {
      if (ledger && this.memory.book.isOpen(ledger.key)) this.#addEntry(ledger.key, changes);
    }
  }

  #addPlace(claimant: string, changes: Map<string, string | null>): void {
    const entry = this.memory.line.find(claimant);
    const text = entry && JSON.stringify([entry.place.line, entry.place.number, entry.place.returns, entry.toldMs]);
    changes.set(`place/${claimant}`, text);
  }

  #addSpent(place: Place, changes: Map<string, string | null>): void {
    if (this.memory.line.isSpent(place)) changes.set(`spent/${place.line}/${place.number}`, '');
  }

  #addEntry(key: string, changes: Map<string, string | null>): void {
    const entry = this.memory.book.entryOf(key);
    changes.set(`entry/${key}`, entry && JSON.stringify(entry));
  }

  #addHead(changes: Map<string, string | null>): void {
    const { line, book, pace } = this.memory;
    const { rateMilli, revision } = pace;
    const memory = { line: line.memory(this.memory.storeTimeUs()), book: book.memory(), pace: { rateMilli, revision } };
    changes.set('head', JSON.stringify(memory));
    this.#written = this.#signature();
  }

  /** The clock of grace alone moves nothing: it goes on from where it was last written down. */
  #headMoved(): boolean {
    return this.#signature() !== this.#written;
  }

  #signature(): string {
    const { line, book, pace } = this.memory;
    return JSON.stringify([{ ...line.memory(0), lineMs: 0 }, book.memory(), pace.revision]);
  }
}

function splitName(name: string): string[] {
  return name.split('/');
}
