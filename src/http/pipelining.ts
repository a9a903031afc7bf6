/**
 * Requests that come behind one another on a connection without waiting for answers (RFC 9112, section 9.3.2).
 * What always holds: nothing is done for a request whose answer could not be sent, because the answer before it
 * ends the connection. A claim done so would be paid and nobody told; a request behind one whose framing is in
 * doubt may be no request at all.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** The response Node has bound to the connection, if any: the oldest one that is not finished. */
export function owedAnswer(socket: Duplex): ServerResponse | null {
  return (socket as Duplex & { _httpMessage?: ServerResponse | null })._httpMessage ?? null;
}

/** Whether `response` will never be sent. Its client learns so from the end of the connection, and may repeat. */
export function isUnanswerable({ socket }: IncomingMessage, response: ServerResponse): boolean {
  if (!socket.writable) return true;
  const owed = owedAnswer(socket);
  return owed !== null && owed !== response && !owed.shouldKeepAlive;
}
