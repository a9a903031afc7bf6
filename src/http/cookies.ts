/** The cookie that carries a ticket for browsers. One cookie a campaign; the newest ticket replaces the last. */
import { type CookieRead, readCookie } from '../claimant/cookie-header.js';

const MAX_TICKET_CHARS = 3800;

export class TicketCookie {
  readonly name: string;
  readonly #attributes: string;

  /**
   * @param campaign - its identifier, whose characters a cookie name may have
   * @param secure - whether clients come by HTTPS. Then the name begins with `__Host-`: browsers take such a cookie
   *   only from this very host, over HTTPS and for all paths (RFC 6265bis, section 4.1.3.2), so that no sister
   *   domain can plant somebody else's place.
   */
  constructor(campaign: string, secure: boolean) {
    this.name = `${secure ? '__Host-' : ''}spillway-${campaign}`;
    this.#attributes = `; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  }

  /** The ticket a request carries. Two different ones are as good as none. */
  read(cookieHeader: string | undefined): CookieRead {
    return readCookie(cookieHeader, this.name);
  }

  /**
   * Value of `Set-Cookie`.
   * @param maxAgeSeconds - how long the browser keeps it, whole seconds; 0 takes it away
   * @throws RangeError when the ticket has a character that a cookie value cannot hold, or is too long for browsers
   */
  serialise(ticket: string, maxAgeSeconds: number): string {
    if (ticket.length > MAX_TICKET_CHARS || !isCookieValue(ticket)) throw new RangeError('the ticket fits no cookie');
    return `${this.name}=${ticket}; Max-Age=${Math.max(0, Math.floor(maxAgeSeconds))}${this.#attributes}`;
  }
}

/** RFC 6265, section 4.1.1: `cookie-octet`. */
function isCookieValue(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (c <= 0x20 || c > 0x7e || c === 0x22 || c === 0x2c || c === 0x3b || c === 0x5c) return false;
  }
  return true;
}
