/** Heads of requests as they are written (RFC 9112, section 3). */
import { areFields, fieldLines, isToken } from './field-syntax.js';
import type { WireRequest } from './handler.js';

/** How long a body is: in bytes; in chunks as it comes; or as one of the fields says. */
export type BodyLength = number | 'chunked' | 'said';

/** Methods whose requests say that they have no body: a server may wait for one (RFC 9110, section 8.6). */
const EXPECTED_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'QUERY', 'PROPFIND', 'PROPPATCH']);

/** No blank, no control character, nothing beyond a byte. */
const PATH = /^\/[\x21-\xff]*$/;

/**
 * @param host - the target's authority
 * @returns null when it cannot be written without being read as something else
 */
export function requestHead({ method, path, headers }: WireRequest, host: string, body: BodyLength): string | null {
  if (!isToken(method) || !PATH.test(path) || !areFields(headers)) return null;
  // A server that gives HEAD a body all the same would answer the next request with it.
  const connection = method === 'HEAD' ? 'close' : 'keep-alive';
  const start = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: ${connection}\r\n`;
  return `${start}${fieldLines(headers)}${bodyLine(method, body)}\r\n`;
}

function bodyLine(method: string, body: BodyLength): string {
  if (body === 'said') return '';
  if (body === 'chunked') return 'transfer-encoding: chunked\r\n';
  return body > 0 || EXPECTED_BODY.has(method) ? `content-length: ${body}\r\n` : '';
}
