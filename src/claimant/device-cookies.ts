/**
 * Cookies by which devices are told apart where nobody signs in. Spillway makes and signs them, so none can be made up;
 * what they cost is for whoever gives them out to say. A device is no person: who throws the cookie away is another one.
 */
import { hkdfSync, randomBytes } from 'node:crypto';
import type { Clock } from '../kernel/clock.js';
import { type ClaimantOutcome, INVALID } from './claimant-source.js';
import { type CookieKey, SignedCookies } from './signed-cookie.js';

const DEVICE = 'device.';
const NAME_BYTES = 16;

export interface DeviceCookiesOptions {
  readonly campaign: string;
  /** As of the ticket cookie: clients come by HTTPS. */
  readonly secure: boolean;
  /** Of tickets; the first signs, all verify. */
  readonly keys: readonly CookieKey[];
  readonly maxAgeSeconds: number;
  readonly clock: Clock;
}

export class DeviceCookies {
  readonly name: string;
  readonly #signed: SignedCookies;

  constructor(private readonly options: DeviceCookiesOptions) {
    const { campaign, secure, keys } = options;
    this.name = `${secure ? '__Host-' : ''}spillway-device-${campaign}`;
    const derived = keys.map(({ id, secret }) => {
      return { id, secret: new Uint8Array(hkdfSync('sha256', secret, '', `spillway device ${campaign}`, 32)) };
    });
    this.#signed = new SignedCookies(this.name, derived);
  }

  /**
   * `Set-Cookie` for a device.
   * @param name - the same name is the same device; left out: a new one
   */
  mint(name = randomBytes(NAME_BYTES).toString('base64url')): string {
    const { clock, maxAgeSeconds, secure } = this.options;
    const value = this.#signed.sign(DEVICE + name, Math.floor(clock.wallMs() / 1000) + maxAgeSeconds);
    const attributes = `Max-Age=${maxAgeSeconds}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
    return `${this.name}=${value}; ${attributes}`;
  }

  read(value: string): ClaimantOutcome {
    const outcome = this.#signed.read(value, this.options.clock.wallMs());
    return outcome.kind === 'known' && !outcome.id.startsWith(DEVICE) ? INVALID : outcome;
  }
}
