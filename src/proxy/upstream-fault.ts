/** What can come of a hand-over instead of a complete answer. */
import { errors } from 'undici';

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

/** Errors of undici that mean the bytes of the answer were wrong, not the connection. */
const MALFORMED = new Set([
  'HTTP_PARSER',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
  'ERR_ASSERTION',
]);

/** Errors of undici about the request itself, found before anything was written. */
const UNSENDABLE = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH']);

/** Whether another target could still take a request that met `error` before it was written. */
export function isConnectFault(error: unknown): boolean {
  const code = errorCode(error);
  return !UNSENDABLE.has(code) && code !== 'UND_ERR_DESTROYED' && code !== 'UND_ERR_CLOSED';
}

/**
 * @param sent - a byte of the request may have left
 * @param afterHead - the head of an answer was delivered
 */
export function faultOf(error: unknown, sent: boolean, afterHead: boolean): UpstreamFault {
  const code = errorCode(error);
  const message = error instanceof Error ? error.message : String(error);
  return {
    kind: kindOf(code, message, afterHead),
    outcome: sent ? 'unknown' : 'not-sent',
    afterHead,
    detail: code === '' ? message : `${code}: ${message}`,
    cause: error,
  };
}

function kindOf(code: string, message: string, afterHead: boolean): UpstreamFault['kind'] {
  if (UNSENDABLE.has(code)) return 'aborted';
  if (afterHead || MALFORMED.has(code)) return 'invalid';
  // undici's words for an unasked 100 or 101 and for bytes that answer nothing.
  if (code === 'UND_ERR_SOCKET' && (message === 'bad response' || message === 'bad upgrade')) return 'invalid';
  return 'unavailable';
}

/** undici leaves the code of a parser's complaint undefined for some complaints. */
function errorCode(error: unknown): string {
  if (error instanceof errors.HTTPParserError) return 'HTTP_PARSER';
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
