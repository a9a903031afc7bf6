/** How a claim ends, and what is told on the way. */
import type { TicketDocument } from './documents.js';

/** An answer of the claim service, unchanged. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Every end there is. An abort is none of them: the promise is rejected with the signal's reason. */
export type ClaimOutcome =
  /** The service said yes (2xx). @member replayed - whether it is the answer of an earlier claim, byte for byte */
  | { readonly kind: 'granted'; readonly answer: Answer; readonly replayed: boolean }
  /** The service itself said no, and trying again would not change that. */
  | { readonly kind: 'rejected'; readonly answer: Answer }
  | { readonly kind: 'sold-out' }
  | { readonly kind: 'ended' }
  /** The place was given up: by `leave()`, in another tab, or on another device. */
  | { readonly kind: 'left' }
  /** Not open yet; only where the caller does not want to wait for the opening. */
  | { readonly kind: 'not-started'; readonly opensAt: string | null; readonly retryAfterMs: number }
  /** The gateway knows nobody by this request: sign in, then claim again. The place is kept. */
  | { readonly kind: 'sign-in-needed' }
  /** The gateway refuses the request itself; it must be changed. */
  | { readonly kind: 'refused'; readonly code: string; readonly status: number; readonly detail: string }
  /**
   * Too many failures in a row. The place and the key are kept: a later `claim` goes on where this one stopped.
   * @member code - the last failure: a code of the gateway, `HTTP_<status>`, or `NETWORK`
   * @member mayBeGranted - whether a claim may have reached the service without its answer coming back
   */
  | { readonly kind: 'gave-up'; readonly code: string; readonly mayBeGranted: boolean };

/** What happens meanwhile. `nextInMs` is when the client does something again, in milliseconds. */
export type Progress =
  | { readonly kind: 'claiming' }
  /** In line. @member place - as told last; `place.state` is `waiting`, or `called` while the door is busy */
  | { readonly kind: 'waiting'; readonly place: TicketDocument; readonly nextInMs: number }
  | { readonly kind: 'called'; readonly place: TicketDocument }
  /** @member opensAt - ISO 8601 */
  | { readonly kind: 'not-started'; readonly opensAt: string | null; readonly nextInMs: number }
  /** Something is in the way and will be tried again; the place is safe. @member code - as in `gave-up` */
  | { readonly kind: 'held-up'; readonly code: string; readonly nextInMs: number };

export type LeaveOutcome =
  | { readonly kind: 'left' }
  /** There was no place to give up. */
  | { readonly kind: 'no-place' }
  /** The place may still be held; it lapses by itself. */
  | { readonly kind: 'failed'; readonly code: string };
