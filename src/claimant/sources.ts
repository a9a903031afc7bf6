/** The ways of knowing who asks. `jwt` will be a further `ClaimantSource`, one that may return a promise. */

import {
  type ClaimantOutcome,
  CONFLICTING,
  claimantOf,
  type ImmediateClaimantSource,
  MALFORMED,
  MISSING,
  UNTRUSTED_PEER,
} from './claimant-source.js';
import { readCookie } from './cookie-header.js';

/** The `claimant` part of a campaign's configuration. */
export interface ClaimantSettings {
  readonly from: 'header' | 'cookie' | 'jwt' | 'address';
  readonly name: string;
  readonly unverified: boolean;
}

/** @throws RangeError for a source that does not exist yet */
export function createClaimantSource(settings: ClaimantSettings): ImmediateClaimantSource {
  switch (settings.from) {
    case 'header':
      return fromHeader(settings.name, settings.unverified);
    case 'cookie':
      return fromCookie(settings.name);
    case 'address':
      return fromAddress;
    case 'jwt':
      throw new RangeError('claimant.from: jwt is not supported yet; use header, cookie or address');
  }
}

/** A field counts from a listed proxy only, which must overwrite what clients send, or from anybody if `unverified`. */
function fromHeader(name: string, unverified: boolean): ImmediateClaimantSource {
  const wanted = name.toLowerCase();
  return {
    identify(request, address) {
      const outcome = oneField(request.rawHeaders, wanted);
      if (outcome.kind === 'known' && !unverified && !address.fromTrustedPeer) return UNTRUSTED_PEER;
      return outcome;
    },
  };
}

/** A cookie is the client's own word; what protects it is that it cannot be guessed. */
function fromCookie(name: string): ImmediateClaimantSource {
  return {
    identify(request) {
      const cookie = readCookie(request.headers.cookie, name);
      if (cookie.kind === 'one') return claimantOf(cookie.value);
      return cookie.kind === 'none' ? MISSING : CONFLICTING;
    },
  };
}

const fromAddress: ImmediateClaimantSource = {
  identify: (_request, address) => (address.text === 'unknown' ? MISSING : claimantOf(address.key)),
};

/** Reads the raw fields, as Node joins or drops doubled ones in its parsed view. */
function oneField(rawHeaders: readonly string[], wanted: string): ClaimantOutcome {
  let value: string | null = null;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length !== wanted.length || name.toLowerCase() !== wanted) continue;
    const given = rawHeaders[i + 1] as string;
    if (value !== null && value !== given) return CONFLICTING;
    value = given;
  }
  if (value === null) return MISSING;
  // A list is what a proxy makes of doubled fields.
  return value.includes(',') ? MALFORMED : claimantOf(value);
}
