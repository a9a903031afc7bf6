/**
 * Names for one claim: its entry in the ledger, and the key sent to the service. Both depend on nothing but the
 * secret, the campaign, the scope, the claimant and the client's own key, so they are the same on every gateway, on a
 * second device, and after a crash or a loss of data.
 */
import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';

const KEY_BYTES = 16;
const PAYLOAD_BYTES = 12;

export class ClaimKeys {
  readonly #key: KeyObject;

  constructor(
    secret: Uint8Array,
    private readonly campaign: string,
  ) {
    this.#key = createSecretKey(secret);
  }

  /**
   * The entry's name: 128 bits of HMAC-SHA-256 over all parts, each with its length, as 22 characters of base64url.
   * @param clientKey - the client's own key; null in `per-claimant` mode
   */
  entry(scope: string, claimantId: string, clientKey: string | null): string {
    return this.#mac('entry', [this.campaign, scope, claimantId, ...(clientKey === null ? [] : [clientKey])]);
  }

  /** The `Idempotency-Key` that the service gets in `per-claimant` mode; from the entry's name alone. */
  forService(entry: string): string {
    return this.#mac('service', [entry]);
  }

  #mac(purpose: string, parts: readonly string[]): string {
    const mac = createHmac('sha256', this.#key).update(purpose);
    for (const part of parts) mac.update(`\0${Buffer.byteLength(part)}\0`).update(part);
    return mac.digest().toString('base64url', 0, KEY_BYTES);
  }
}

/**
 * Fingerprint of what a claim asks for: method, target and body.
 * @param body - the body, or for one too large to be read first what is known of it
 */
export function payloadFingerprint(method: string, target: string, body: Uint8Array | string): string {
  const hash = createHash('sha256').update(`${method} ${target}\n`).update(body);
  return hash.digest().toString('base64url', 0, PAYLOAD_BYTES);
}
