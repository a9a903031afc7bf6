/**
 * What the store, tickets, logs and other gateways know of a claimant: a keyed hash that is the same on every
 * gateway, tells two claimants apart and cannot be turned back by trying phone numbers without the salt.
 */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { BoundedCache } from '../kernel/bounded-cache.js';

const HASH_BYTES = 16;
const MIN_SALT_BYTES = 16;
const CACHED_CLAIMANTS = 16_384;

export class ClaimantHasher {
  readonly #key: KeyObject;
  readonly #cache: BoundedCache<string>;

  /**
   * @param salt - secret of one campaign, at least 16 bytes, the same on every gateway
   * @param cached - claimants remembered, at most twice as many
   * @throws RangeError when the salt is too short
   */
  constructor(salt: Uint8Array, cached = CACHED_CLAIMANTS) {
    if (salt.byteLength < MIN_SALT_BYTES) {
      throw new RangeError(`a claimant salt needs ${MIN_SALT_BYTES} bytes, not ${salt.byteLength}`);
    }
    this.#key = createSecretKey(salt);
    this.#cache = new BoundedCache(cached);
  }

  /** HMAC-SHA-256 of the id, cut to 128 bits (RFC 2104, section 5), as 22 characters of base64url. */
  hash(claimantId: string): string {
    const cached = this.#cache.get(claimantId);
    if (cached !== undefined) return cached;
    const digest = createHmac('sha256', this.#key).update(claimantId, 'utf8').digest();
    const hash = digest.toString('base64url', 0, HASH_BYTES);
    this.#cache.set(claimantId, hash);
    return hash;
  }
}
