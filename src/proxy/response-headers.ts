/**
 * The way out for header fields: one pass from what the claim service answered to what the client sees. What
 * always holds: no hop-by-hop field and nothing of `Spillway-*` comes through, and repeated fields (`Set-Cookie`)
 * keep their number and order.
 */
import { endToEndFields, namesNoField, removeNominated } from './connection-options.js';
import { FieldKind, fieldKind } from './header-fields.js';

/**
 * @param raw - name, value, name, value … as the parser gives them
 * @param status - final status; 204 may not carry a length (RFC 9110, section 8.6)
 * @param kept - in lower case: a field of Spillway's own that the service may say, for the caller to take out; empty: none
 * @returns a new flat array for `ServerResponse.writeHead`, which the caller may add to
 */
export function responseHeaders(raw: readonly string[], status: number, kept = ''): string[] {
  const out: string[] = [];
  let nominations: string | null = null;
  let lengthSeen = status === 204;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at]!;
    const value = raw[at + 1]!;
    switch (fieldKind(name)) {
      case FieldKind.drop:
        if (kept !== '' && name.toLowerCase() === kept) out.push(name, value);
        break;
      case FieldKind.connection:
        if (!namesNoField(value)) nominations = nominations === null ? value : `${nominations},${value}`;
        break;
      case FieldKind.contentLength:
        if (!lengthSeen) out.push(name, value);
        lengthSeen = true;
        break;
      default:
        out.push(name, value);
    }
  }
  if (nominations !== null) removeNominated(out, 0, nominations, endToEndFields);
  return out;
}
