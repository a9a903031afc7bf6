/** What can come of a hand-over instead of a complete answer. */
import type { WireFault } from '../wire/handler.js';

export interface UpstreamFault {
  /**
   * `unavailable`: no connection, or it broke before an answer began. `timeout`: not complete in time.
   * `invalid`: not HTTP, not passable, or broken off half way. `aborted`: ended from this side: by the client,
   * by its upload breaking or growing too large (`cause` says), or because it cannot be written as HTTP/1.1.
   */
  readonly kind: 'unavailable' | 'timeout' | 'invalid' | 'aborted';
  /** `not-sent`: certain that no byte of the request left. `unknown`: it may have been processed. */
  readonly outcome: 'not-sent' | 'unknown';
  /** The sink had its head: what follows is half an answer. */
  readonly afterHead: boolean;
  /** For logs; carries nothing of the request's or answer's content. */
  readonly detail: string;
  readonly cause: unknown;
}

/**
 * @param sent - a byte of the request may have left
 * @param afterHead - the head of an answer was delivered
 */
export function faultOf({ kind, detail, cause }: WireFault, sent: boolean, afterHead: boolean): UpstreamFault {
  return { kind: kindOf(kind, afterHead), outcome: sent ? 'unknown' : 'not-sent', afterHead, detail, cause };
}

function kindOf(kind: WireFault['kind'], afterHead: boolean): UpstreamFault['kind'] {
  if (kind === 'unsendable') return 'aborted';
  return afterHead || kind === 'malformed' ? 'invalid' : 'unavailable';
}
