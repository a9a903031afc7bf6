/**
 * A cookie in which the application says who its user is, signed with a shared secret:
 *
 *   <claimant in base64url>.<end, seconds since the Unix epoch>.<key id>.<mac in base64url>
 *   mac = HMAC-SHA-256(secret, "<cookie name>=<claimant in base64url>.<end>.<key id>")
 *
 * The name takes part, so that no other cookie of the application can pass for this one.
 */
import { timingSafeEqual } from 'node:crypto';
import { HmacSha256 } from '../kernel/hmac-sha256.js';
import { type ClaimantOutcome, claimantOf, EXPIRED, INVALID, MALFORMED } from './claimant-source.js';

export interface CookieKey {
  readonly id: string;
  readonly secret: Uint8Array;
}

/** Claimants have 256 characters at most. */
const SHAPE = /^([\w-]{1,344})\.(\d{1,12})\.([\w-]{1,16})\.([\w-]{43})$/;

export class SignedCookies {
  readonly #macs = new Map<string, HmacSha256>();

  constructor(
    name: string,
    private readonly keys: readonly CookieKey[],
  ) {
    for (const { id, secret } of keys) this.#macs.set(id, new HmacSha256(secret, `${name}=`));
  }

  /** What an application does, signed with the first key. */
  sign(claimantId: string, endsAtSeconds: number): string {
    const id = (this.keys[0] as CookieKey).id;
    const signed = `${Buffer.from(claimantId).toString('base64url')}.${endsAtSeconds}.${id}`;
    return `${signed}.${this.#mac(id, signed)?.toString('base64url')}`;
  }

  read(value: string, wallMs: number): ClaimantOutcome {
    const [, claimant, end, keyId, mac] = SHAPE.exec(value) ?? [];
    if (claimant === undefined || end === undefined || keyId === undefined || mac === undefined) return MALFORMED;
    const expected = this.#mac(keyId, value.slice(0, -mac.length - 1));
    if (expected === null) return INVALID;
    // One text for one mac: what decodes to the same octets and is spelt otherwise is another cookie.
    if (!timingSafeEqual(Buffer.from(expected.toString('base64url')), Buffer.from(mac))) return INVALID;
    if (Number(end) * 1000 <= wallMs) return EXPIRED;
    const id = Buffer.from(claimant, 'base64url').toString('latin1');
    return Buffer.from(id, 'latin1').toString('base64url') === claimant ? claimantOf(id) : MALFORMED;
  }

  #mac(keyId: string, signed: string): Buffer | null {
    return this.#macs.get(keyId)?.digest(Buffer.from(signed)) ?? null;
  }
}
