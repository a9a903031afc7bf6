/** The ways of knowing who asks. */
import type { ClaimantConfig } from '../config/claimant-schema.js';
import type { NamedSecret } from '../config/load.js';
import type { Clock } from '../kernel/clock.js';
import {
  type ClaimantOutcome,
  type ClaimantRequest,
  type ClaimantSource,
  CONFLICTING,
  claimantOf,
  MALFORMED,
  MISSING,
  UNTRUSTED_PEER,
} from './claimant-source.js';
import type { ClientAddress } from './client-address.js';
import { readCookie } from './cookie-header.js';
import type { DeviceCookies } from './device-cookies.js';
import { keysFromFile, keysFromUrl } from './fetch-public-keys.js';
import { readField } from './header-field.js';
import { JwtSource } from './jwt-source.js';
import { PublicKeys } from './public-keys.js';
import { SignedCookies } from './signed-cookie.js';
import { TokenVerifier } from './token-verifier.js';

export interface SourceParts {
  readonly clock: Clock;
  /** The secrets of `claimant.keys`. */
  readonly secrets: readonly NamedSecret[];
  /** Of `claimant.from: device`; null for others. */
  readonly devices: DeviceCookies | null;
  /** Told when public keys cannot be fetched. */
  readonly onFault: (fault: unknown) => void;
}

export function createClaimantSource(settings: ClaimantConfig, parts: SourceParts): ClaimantSource {
  switch (settings.from) {
    case 'header':
      return fromHeader(settings.name, settings.unverified);
    case 'cookie':
      return fromCookie(settings.name, claimantOf);
    case 'signed-cookie': {
      const cookies = new SignedCookies(settings.name, parts.secrets);
      return fromCookie(settings.name, (value) => cookies.read(value, parts.clock.wallMs()));
    }
    case 'address':
      return immediate((_request, address) => (address.text === 'unknown' ? MISSING : claimantOf(address.key)));
    case 'device': {
      const { devices } = parts;
      if (devices === null) throw new TypeError('claimants by device need the cookies of devices');
      return fromCookie(devices.name, (value) => devices.read(value));
    }
    case 'jwt':
      return fromToken(settings, parts);
  }
}

function immediate(identify: ClaimantSource['identify']): ClaimantSource {
  return { prepare: () => null, identify };
}

/** A field counts from a listed proxy only, which must overwrite what clients send, or from anybody if `unverified`. */
function fromHeader(name: string, unverified: boolean): ClaimantSource {
  const wanted = name.toLowerCase();
  return immediate((request: ClaimantRequest, address: ClientAddress): ClaimantOutcome => {
    const field = readField(request.rawHeaders, wanted);
    if (field.kind !== 'one') return field.kind === 'none' ? MISSING : CONFLICTING;
    // A list is what a proxy makes of doubled fields.
    const outcome = field.value.includes(',') ? MALFORMED : claimantOf(field.value);
    return outcome.kind === 'known' && !unverified && !address.fromTrustedPeer ? UNTRUSTED_PEER : outcome;
  });
}

/** An unsigned cookie is the client's own word; what protects it is that it cannot be guessed. */
function fromCookie(name: string, read: (value: string) => ClaimantOutcome): ClaimantSource {
  return immediate((request) => {
    const cookie = readCookie(request.headers.cookie, name);
    if (cookie.kind === 'one') return read(cookie.value);
    return cookie.kind === 'none' ? MISSING : CONFLICTING;
  });
}

function fromToken({ jwt }: ClaimantConfig, { clock, secrets, onFault }: SourceParts): ClaimantSource {
  const fetch = jwt.jwksUrl !== null ? keysFromUrl(jwt.jwksUrl) : jwt.jwksFile && keysFromFile(jwt.jwksFile);
  const maxAgeMs = jwt.keysMaxAgeSeconds * 1000;
  const staleMs = jwt.keysStaleSeconds * 1000;
  const keys = fetch ? new PublicKeys({ fetch, clock, maxAgeMs, staleMs, onFault }) : null;
  return new JwtSource(jwt.token, new TokenVerifier(jwt, keys, secrets, clock), clock);
}
