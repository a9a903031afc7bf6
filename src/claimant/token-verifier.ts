/**
 * JSON Web Tokens (RFC 7519), verified as RFC 8725 asks for: only the algorithms that are configured, never `none`,
 * shared secrets for HS* and public keys for all others, issuer and audience where they are given, and an end (`exp`)
 * always. What a token says before it is verified decides nothing but which key is tried.
 */
import { errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import type { JwtConfig } from '../config/claimant-schema.js';
import type { NamedSecret } from '../config/load.js';
import type { Clock } from '../kernel/clock.js';
import { type ClaimantOutcome, claimantOf, EXPIRED, INVALID, MALFORMED, UNVERIFIABLE } from './claimant-source.js';
import { type PublicKeys, PublicKeysUnavailable } from './public-keys.js';

export interface VerifiedToken {
  readonly outcome: ClaimantOutcome;
  /** Until when the outcome holds, in milliseconds since the Unix epoch; 0: for this request only. */
  readonly untilMs: number;
}

const rejected = (outcome: ClaimantOutcome): VerifiedToken => Object.freeze({ outcome, untilMs: 0 });

const MAX_PRIORITY_CHARS = 64;

export class TokenVerifier {
  readonly #options: JWTVerifyOptions;

  /** @param publicKeys - null where tokens are signed with shared secrets */
  constructor(
    private readonly config: JwtConfig,
    private readonly publicKeys: PublicKeys | null,
    private readonly secrets: readonly NamedSecret[],
    private readonly clock: Clock,
  ) {
    this.#options = {
      algorithms: [...config.algorithms],
      clockTolerance: config.clockToleranceSeconds,
      requiredClaims: ['exp', config.claim],
      ...(config.issuer === null ? {} : { issuer: config.issuer }),
      ...(config.audience.length === 0 ? {} : { audience: [...config.audience] }),
    };
  }

  /** Never rejects. */
  async verify(token: string): Promise<VerifiedToken> {
    try {
      return this.#read(await this.#payload(token));
    } catch (fault) {
      if (fault instanceof PublicKeysUnavailable) return rejected(UNVERIFIABLE);
      if (fault instanceof errors.JWTExpired) return rejected(EXPIRED);
      return rejected(INVALID);
    }
  }

  async #payload(token: string): Promise<JWTPayload> {
    const options = { ...this.#options, currentDate: new Date(this.clock.wallMs()) };
    const { publicKeys } = this;
    if (publicKeys !== null) {
      return (await jwtVerify(token, (header) => publicKeys.keyFor(header), options)).payload;
    }
    let fault: unknown = new errors.JWSSignatureVerificationFailed();
    for (const { secret } of this.secrets) {
      try {
        return (await jwtVerify(token, secret, options)).payload;
      } catch (one) {
        // A wrong secret says nothing; anything else is said of a token that is genuine, or no token.
        if (!(one instanceof errors.JWSSignatureVerificationFailed)) throw one;
        fault = one;
      }
    }
    throw fault;
  }

  #read(payload: JWTPayload): VerifiedToken {
    const { claim, priorityClaim, clockToleranceSeconds, keysMaxAgeSeconds } = this.config;
    const named = payload[claim];
    const isNumber = typeof named === 'number' && Number.isSafeInteger(named);
    if (typeof named !== 'string' && !isNumber) return rejected(MALFORMED);
    const claimant = claimantOf(String(named));
    if (claimant.kind === 'unknown') return rejected(MALFORMED);
    const endMs = ((payload.exp as number) + clockToleranceSeconds) * 1000;
    const untilMs = Math.min(endMs, this.clock.wallMs() + keysMaxAgeSeconds * 1000);
    const priority = priorityClaim === null ? undefined : payload[priorityClaim];
    if (typeof priority !== 'string' || priority.length > MAX_PRIORITY_CHARS) return { outcome: claimant, untilMs };
    return { outcome: { ...claimant, priorityClass: priority }, untilMs };
  }
}
