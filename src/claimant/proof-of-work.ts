/**
 * Work that a device does before it is told apart from others: some hundreds of derivations with PBKDF2, which take a
 * phone a second or two and whoever wants thousands of devices as many. The challenge is ALTCHA's, version 2; it is
 * signed, so nothing is kept of it, and its solution names one device however often it is handed in.
 */
import { type Challenge, createChallenge, type Solution, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import type { Clock } from '../kernel/clock.js';

/** Tried on average: 256, the values of one octet. */
const KEY_PREFIX = '00';
const VALID_SECONDS = 600;
/** Checks at once: each costs as much as one attempt. */
const MOST_AT_ONCE = 8;
const NAME_CHARS = 32;

export type Redemption =
  /** @member device - the same for the same challenge */
  { readonly kind: 'solved'; readonly device: string } | { readonly kind: 'refused' } | { readonly kind: 'busy' };

const REFUSED: Redemption = { kind: 'refused' };

export class ProofOfWork {
  #atOnce = 0;

  /**
   * @param secret - of one campaign, the same on every gateway
   * @param cost - iterations of one attempt
   */
  constructor(
    private readonly secret: string,
    private readonly cost: number,
    private readonly clock: Clock,
  ) {}

  challenge(): Promise<Challenge> {
    return createChallenge({
      algorithm: 'PBKDF2/SHA-256',
      cost: this.cost,
      keyPrefix: KEY_PREFIX,
      expiresAt: Math.floor(this.clock.wallMs() / 1000) + VALID_SECONDS,
      hmacSignatureSecret: this.secret,
      deriveKey,
    });
  }

  /** @param text - `{challenge, solution}` as JSON */
  async redeem(text: string): Promise<Redemption> {
    const payload = payloadOf(text);
    if (payload === null) return REFUSED;
    if (this.#atOnce >= MOST_AT_ONCE) return { kind: 'busy' };
    this.#atOnce++;
    try {
      const { verified } = await verifySolution({ ...payload, deriveKey, hmacSignatureSecret: this.secret });
      return verified ? { kind: 'solved', device: payload.challenge.signature.slice(0, NAME_CHARS) } : REFUSED;
    } catch {
      return REFUSED;
    } finally {
      this.#atOnce--;
    }
  }
}

type Payload = { readonly challenge: Challenge & { readonly signature: string }; readonly solution: Solution };

function payloadOf(text: string): Payload | null {
  try {
    const { challenge, solution } = JSON.parse(text) as Partial<Payload>;
    const whole = typeof challenge?.parameters === 'object' && /^[0-9a-f]{64}$/.test(challenge.signature);
    return whole && solution !== undefined ? { challenge, solution } : null;
  } catch {
    return null;
  }
}
