/** Keeps a browser's cookie at its newest ticket. Programs, which keep tickets themselves, never get one. */
import type { IncomingHttpHeaders } from 'node:http';
import type { TicketDocument } from '../waiting-room/ticket-document.js';
import type { TicketCookie } from './cookies.js';

/** A line that lasts longer finds its people by who they are. */
const MAX_AGE_SECONDS = 86_400;
const OVER: ReadonlySet<TicketDocument['state']> = new Set(['claimed', 'left', 'sold-out', 'ended']);
const NOTHING: readonly string[] = Object.freeze([]);

/** @returns `Set-Cookie` for an answer that tells `document`, where it changes anything */
export function ticketCookieFields(
  cookie: TicketCookie,
  headers: IncomingHttpHeaders,
  document: Pick<TicketDocument, 'ticket' | 'state'>,
): readonly string[] {
  if (!isBrowser(headers)) return NOTHING;
  if (OVER.has(document.state)) return clearTicketCookie(cookie, headers);
  if (document.ticket === '') return NOTHING;
  const known = cookie.read(headers.cookie);
  if (known.kind === 'one' && known.value === document.ticket) return NOTHING;
  return ['Set-Cookie', cookie.serialise(document.ticket, MAX_AGE_SECONDS)];
}

/** @returns what takes the cookie away, where there is one */
export function clearTicketCookie(cookie: TicketCookie, headers: IncomingHttpHeaders): readonly string[] {
  if (headers.cookie === undefined || cookie.read(headers.cookie).kind === 'none') return NOTHING;
  return ['Set-Cookie', cookie.serialise('', 0)];
}

/** Browsers send Fetch Metadata, or a cookie that they were given before. */
function isBrowser(headers: IncomingHttpHeaders): boolean {
  return (
    headers.cookie !== undefined ||
    headers['sec-fetch-site'] !== undefined ||
    headers['sec-fetch-mode'] !== undefined ||
    headers['sec-fetch-dest'] !== undefined
  );
}
