/**
 * Names for one claim: its entry in the ledger, and the key sent to the service. Both depend on nothing but the
 * secret, the campaign, the scope, the claimant and the client's own key, so they are the same on every gateway, on a
 * second device, and after a crash or a loss of data.
 */
import { hash } from 'node:crypto';
import { HmacSha256 } from '../kernel/hmac-sha256.js';

/** 96 bits. */
export const PAYLOAD_CHARS = 16;

export class ClaimKeys {
  readonly #entries: HmacSha256;
  readonly #forService: HmacSha256;

  constructor(secret: Uint8Array, campaign: string) {
    this.#entries = new HmacSha256(secret, `entry${part(campaign)}`);
    this.#forService = new HmacSha256(secret, 'service');
  }

  /**
   * The entry's name: 128 bits of HMAC-SHA-256 over all parts, each with its length, as 22 characters of base64url.
   * @param clientKey - the client's own key; null in `per-claimant` mode
   * @param era - how often the ledger began anew: what was paid before it did is another claim
   */
  entry(scope: string, claimantId: string, clientKey: string | null, era = 0): string {
    const own = part(scope) + part(claimantId) + (clientKey === null ? '' : part(clientKey));
    return this.#entries.text128(era === 0 ? own : `${own}${part('')}${part(`era ${era}`)}`);
  }

  /** The `Idempotency-Key` that the service gets in `per-claimant` mode; from the entry's name alone. */
  forService(entry: string): string {
    return this.#forService.text128(part(entry));
  }
}

/** With its length in front, so that no two lists of parts are one text. */
function part(text: string): string {
  return `\0${Buffer.byteLength(text)}\0${text}`;
}

/**
 * Fingerprint of what a claim asks for: method, target and body.
 * @param body - the body, or for one too large to be read first what is known of it
 */
export function payloadFingerprint(method: string, target: string, body: Uint8Array | string): string {
  const message = Buffer.concat([
    Buffer.from(`${method} ${target}\n`),
    typeof body === 'string' ? Buffer.from(body) : body,
  ]);
  return hash('sha256', message, 'base64url').slice(0, PAYLOAD_CHARS);
}
