/**
 * Requests that come behind one another on a connection without waiting for answers (RFC 9112, section 9.3.2).
 * What always holds: nothing is done for a request whose answer could not be sent, because an answer before it
 * ends the connection. A claim done so would be paid and nobody told; a request behind one whose framing is in
 * doubt may be no request at all.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Connections that end with an answer that is owed. */
const ending = new WeakSet<Duplex>();

/** The response Node has bound to the connection, if any: the oldest one that is not finished. */
export function owedAnswer(socket: Duplex): ServerResponse | null {
  return (socket as Duplex & { _httpMessage?: ServerResponse | null })._httpMessage ?? null;
}

/**
 * Whether `response` will never be sent: its client learns so from the end of the connection, and may repeat.
 * To be asked once for every request, in their order.
 */
export function isUnanswerable({ socket }: IncomingMessage, response: ServerResponse): boolean {
  // Where no answer is owed before this one, none can end the connection before it.
  if (!socket.writable || (owedAnswer(socket) !== response && ending.has(socket))) return true;
  if (!response.shouldKeepAlive) ending.add(socket);
  return false;
}

/** `response` will be the last of its connection. */
export function endConnectionAfter({ socket }: IncomingMessage, response: ServerResponse): void {
  response.shouldKeepAlive = false;
  ending.add(socket);
}
