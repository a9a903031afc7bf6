/**
 * What survives a reload: the newest ticket with the time before which it may not be shown again, and the key of the
 * claim under way, so that its repeat is the same claim. A storage that fails is a storage that forgets.
 */
import { asTicket, readObject, type TicketDocument } from './documents.js';

/** The part of the Web Storage API that is needed. */
export interface ClientStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface Remembered {
  /** The ticket document as told last. */
  readonly place: TicketDocument | null;
  /** When that was, in milliseconds since the Unix epoch. */
  readonly toldAtMs: number;
  /** `Idempotency-Key` of the claim under way. */
  readonly key: string | null;
  /** Which claim the key belongs to. */
  readonly claim: string | null;
}

export const NOTHING: Remembered = { place: null, toldAtMs: 0, key: null, claim: null };

export class ClientMemory {
  #known: Remembered | null = null;

  constructor(
    private readonly storage: ClientStorage,
    private readonly name: string,
  ) {}

  /** What an earlier page stored, or this one since. */
  recall(): Remembered {
    this.#known ??= this.#read();
    return this.#known;
  }

  remember(change: Partial<Remembered>): void {
    this.#known = { ...this.recall(), ...change };
    try {
      if (this.#known.place === null && this.#known.key === null) this.storage.removeItem(this.name);
      else this.storage.setItem(this.name, JSON.stringify(this.#known));
    } catch {
      // Full or forbidden: what is known lives as long as the page.
    }
  }

  forget(): void {
    this.remember(NOTHING);
  }

  #read(): Remembered {
    let text: string | null = null;
    try {
      text = this.storage.getItem(this.name);
    } catch {
      // Forbidden.
    }
    const stored = text === null ? null : readObject(text);
    if (stored === null) return NOTHING;
    const { place, toldAtMs, key, claim } = stored;
    return {
      place: typeof place === 'object' ? asTicket(place as Readonly<Record<string, unknown>> | null) : null,
      toldAtMs: typeof toldAtMs === 'number' ? toldAtMs : 0,
      key: typeof key === 'string' ? key : null,
      claim: typeof claim === 'string' ? claim : null,
    };
  }
}

/** The browser tab's storage; elsewhere, or where a browser forbids it, the memory of this process. */
export function defaultStorage(): ClientStorage {
  try {
    const browser = globalThis as { readonly document?: unknown; readonly sessionStorage?: ClientStorage };
    if (browser.document !== undefined && browser.sessionStorage !== undefined) return browser.sessionStorage;
  } catch {
    // A browser that forbids storage throws on the mere look.
  }
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}
