/**
 * The claimant that a signed token names. A token is verified once; its outcome is remembered for as long as it holds,
 * in a cache of a bounded size, under the hash of the token: the hot path pays one SHA-256, and memory holds no token.
 */
import { hash } from 'node:crypto';
import { BoundedCache } from '../kernel/bounded-cache.js';
import type { Clock } from '../kernel/clock.js';
import {
  type ClaimantOutcome,
  type ClaimantRequest,
  type ClaimantSource,
  CONFLICTING,
  MALFORMED,
  MISSING,
  UNVERIFIABLE,
} from './claimant-source.js';
import { readCookie } from './cookie-header.js';
import { readField } from './header-field.js';
import type { VerifiedToken } from './token-verifier.js';

const REMEMBERED_TOKENS = 50_000;
/** Tokens verified at once; whoever comes beyond is told to come again. Bounds what a flood of forgeries can pile up. */
const MOST_AT_ONCE = 1000;
const MAX_TOKEN_CHARS = 8192;

export class JwtSource implements ClaimantSource {
  readonly #remembered = new BoundedCache<VerifiedToken>(REMEMBERED_TOKENS);
  readonly #outcomes = new WeakMap<ClaimantRequest, ClaimantOutcome>();
  readonly #place: TokenPlace;
  #atOnce = 0;

  /** @param place - `authorization`, `cookie:<name>` or `header:<name>` */
  constructor(
    place: string,
    private readonly verifier: { verify(token: string): Promise<VerifiedToken> },
    private readonly clock: Clock,
  ) {
    this.#place = placeOf(place);
  }

  prepare(request: ClaimantRequest): Promise<void> | null {
    const token = this.#tokenOf(request);
    if (typeof token !== 'string') {
      this.#outcomes.set(request, token);
      return null;
    }
    const name = hash('sha256', token, 'base64url');
    const known = this.#remembered.get(name);
    if (known !== undefined && known.untilMs > this.clock.wallMs()) {
      this.#outcomes.set(request, known.outcome);
      return null;
    }
    if (this.#atOnce >= MOST_AT_ONCE) {
      this.#outcomes.set(request, UNVERIFIABLE);
      return null;
    }
    return this.#verify(request, token, name);
  }

  identify(request: ClaimantRequest): ClaimantOutcome {
    return this.#outcomes.get(request) ?? MISSING;
  }

  async #verify(request: ClaimantRequest, token: string, name: string): Promise<void> {
    this.#atOnce++;
    const verified = await this.verifier.verify(token);
    this.#atOnce--;
    this.#outcomes.set(request, verified.outcome);
    if (verified.untilMs > 0) this.#remembered.set(name, verified);
  }

  #tokenOf(request: ClaimantRequest): string | ClaimantOutcome {
    const { kind, name } = this.#place;
    const read = kind === 'cookie' ? readCookie(request.headers.cookie, name) : readField(request.rawHeaders, name);
    if (read.kind !== 'one') return read.kind === 'none' ? MISSING : CONFLICTING;
    const text = kind === 'bearer' ? /^Bearer +(\S+) *$/i.exec(read.value)?.[1] : read.value;
    if (text === undefined) return MALFORMED;
    if (text === '') return MISSING;
    return text.length <= MAX_TOKEN_CHARS && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text) ? text : MALFORMED;
  }
}

interface TokenPlace {
  readonly kind: 'bearer' | 'cookie' | 'header';
  /** In small letters where it is a field's. */
  readonly name: string;
}

function placeOf(place: string): TokenPlace {
  if (place === 'authorization') return { kind: 'bearer', name: 'authorization' };
  const colon = place.indexOf(':');
  const name = place.slice(colon + 1);
  return place.startsWith('cookie:') ? { kind: 'cookie', name } : { kind: 'header', name: name.toLowerCase() };
}
