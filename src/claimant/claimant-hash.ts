/**
 * What the store, tickets, logs and other gateways know of a claimant: a keyed hash that is the same on every
 * gateway, tells two claimants apart and cannot be turned back by trying phone numbers without the salt.
 */
import { BoundedCache } from '../kernel/bounded-cache.js';
import { HmacSha256 } from '../kernel/hmac-sha256.js';

const MIN_SALT_BYTES = 16;
const CACHED_CLAIMANTS = 16_384;

export class ClaimantHasher {
  readonly #mac: HmacSha256;
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
    this.#mac = new HmacSha256(salt);
    this.#cache = new BoundedCache(cached);
  }

  /** HMAC-SHA-256 of the id, cut to 128 bits (RFC 2104, section 5), as 22 characters of base64url. */
  hash(claimantId: string): string {
    const cached = this.#cache.get(claimantId);
    if (cached !== undefined) return cached;
    const hash = this.#mac.text128(claimantId);
    this.#cache.set(claimantId, hash);
    return hash;
  }
}
