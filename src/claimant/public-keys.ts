/**
 * The public keys of whoever issues tokens (a JSON Web Key Set, RFC 7517), kept and renewed.
 *
 *   none ──first token──▶ fetched ──older than `maxAgeMs`──▶ fetched anew in the background; the old ones count meanwhile
 *                            │ a token names a key that is not there: fetched anew at once, so that rotation needs no wait
 *                            └── cannot be fetched for `staleMs` ──▶ nobody can be verified
 *
 * Attempts are `RETRY_MS` apart, however many tokens name keys that nobody has.
 */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWSHeaderParameters, type LocalJWKSet } from 'jose';
import type { Clock } from '../kernel/clock.js';

/** The shortest time between two attempts to fetch, in milliseconds. */
const RETRY_MS = 5000;

export interface PublicKeysOptions {
  /** Fetches the set; rejects where it cannot be had within its own time. */
  readonly fetch: () => Promise<JSONWebKeySet>;
  readonly clock: Clock;
  readonly maxAgeMs: number;
  readonly staleMs: number;
  /** Told of every failed attempt. */
  readonly onFault: (fault: unknown) => void;
}

export type PublicKey = Awaited<ReturnType<LocalJWKSet>>;

/** The keys cannot be had: neither fetched now, nor lately enough. */
export class PublicKeysUnavailable extends Error {}

export class PublicKeys {
  #set: LocalJWKSet | null = null;
  #fetchedUs = 0;
  #triedUs = Number.NEGATIVE_INFINITY;
  #underWay: Promise<void> | null = null;

  constructor(private readonly options: PublicKeysOptions) {}

  /**
   * The one key that fits the header of a token.
   * @throws PublicKeysUnavailable; errors.JOSEError where no key fits, or several do
   */
  async keyFor(header: JWSHeaderParameters): Promise<PublicKey> {
    const set = await this.#current();
    try {
      return await set(header);
    } catch (fault) {
      if (!(fault instanceof errors.JWKSNoMatchingKey) || !this.#mayTry()) throw fault;
      await this.#renew();
      return await (this.#set ?? set)(header);
    }
  }

  async #current(): Promise<LocalJWKSet> {
    const ageMs = (this.options.clock.monotonicUs() - this.#fetchedUs) / 1000;
    if (this.#set !== null && ageMs <= this.options.maxAgeMs) return this.#set;
    const usable = this.#set !== null && ageMs <= this.options.maxAgeMs + this.options.staleMs;
    if (this.#underWay === null && this.#mayTry()) void this.#renew();
    if (usable) return this.#set as LocalJWKSet;
    await this.#underWay;
    const fetched = this.#set;
    const freshMs = (this.options.clock.monotonicUs() - this.#fetchedUs) / 1000;
    if (fetched !== null && freshMs <= this.options.maxAgeMs + this.options.staleMs) return fetched;
    throw new PublicKeysUnavailable('the public keys cannot be fetched');
  }

  #mayTry(): boolean {
    return this.#underWay !== null || this.options.clock.monotonicUs() - this.#triedUs >= RETRY_MS * 1000;
  }

  #renew(): Promise<void> {
    this.#underWay ??= this.#fetch().finally(() => {
      this.#underWay = null;
    });
    return this.#underWay;
  }

  async #fetch(): Promise<void> {
    const { clock, fetch, onFault } = this.options;
    this.#triedUs = clock.monotonicUs();
    try {
      this.#set = createLocalJWKSet(await fetch());
      this.#fetchedUs = clock.monotonicUs();
    } catch (fault) {
      onFault(fault);
    }
  }
}
