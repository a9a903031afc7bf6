/**
 * Who is asking. An identity is taken only where it is certain: missing, doubled with different values, malformed,
 * forged, out of date, or named by somebody whose word does not count, it is unknown.
 *
 * An id is 1 to 256 characters of visible ASCII (0x21 to 0x7E) and is compared byte for byte: no folding, no
 * decoding. Identities with other characters must be encoded by whoever names them; letters that look alike or
 * normalise to each other would otherwise be one person to the service and two to the line.
 */
import type { ClientAddress } from './client-address.js';

export type ClaimantOutcome =
  | {
      readonly kind: 'known';
      readonly id: string;
      /** What a verified token says of the claimant's standing; absent where nobody says anything. */
      readonly priorityClass?: string;
    }
  | { readonly kind: 'unknown'; readonly reason: UnknownReason };

export type UnknownReason =
  | 'missing'
  | 'conflicting'
  | 'malformed'
  | 'untrusted-peer'
  /** Not signed by whom it should be, or not meant for this service. */
  | 'invalid'
  | 'expired'
  /** What verifies it cannot be had now. */
  | 'unverifiable';

/** What identification reads of a request; `http.IncomingMessage` has the fields. */
export interface ClaimantRequest {
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[];
  readonly headers: { readonly cookie?: string | undefined };
}

/** One way of knowing who asks. */
export interface ClaimantSource {
  /** Does what the identification of `request` has to wait for, once, before `identify`; null: nothing. Never rejects. */
  prepare(request: ClaimantRequest): Promise<void> | null;
  identify(request: ClaimantRequest, address: ClientAddress): ClaimantOutcome;
}

export const MAX_CLAIMANT_BYTES = 256;

const unknown = (reason: UnknownReason): ClaimantOutcome => Object.freeze({ kind: 'unknown', reason });
export const MISSING = unknown('missing');
export const CONFLICTING = unknown('conflicting');
export const MALFORMED = unknown('malformed');
export const UNTRUSTED_PEER = unknown('untrusted-peer');
export const INVALID = unknown('invalid');
export const EXPIRED = unknown('expired');
export const UNVERIFIABLE = unknown('unverifiable');

/** `value` as an identity. */
export function claimantOf(value: string): ClaimantOutcome {
  if (value.length === 0) return MISSING;
  if (value.length > MAX_CLAIMANT_BYTES) return MALFORMED;
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (c < 0x21 || c > 0x7e) return MALFORMED;
  }
  return { kind: 'known', id: value };
}
