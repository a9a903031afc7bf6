/**
 * The way out for header fields: one pass from what the claim service answered to what the client sees. What
 * always holds: no hop-by-hop field and nothing of `Spillway-*` comes through, repeated fields (`Set-Cookie`)
 * keep their number and order, and a field that could split the answer makes it invalid as a whole.
 */
import { endToEndFields, namesNoField, removeNominated } from './connection-options.js';
import { fieldText } from './field-text.js';
import { FieldKind, fieldKind, isFieldValue, isKnownSpelling, isToken } from './header-fields.js';

/** The answer must not be passed on; `invalid` says which field and why, without its bytes. */
export interface InvalidHeaders {
  readonly invalid: string;
}

/**
 * @param raw - name, value, name, value … as bytes
 * @param status - final status; 204 may not carry a length (RFC 9110, section 8.6)
 * @param kept - in lower case: a field of Spillway's own that the service may say, for the caller to take out; empty: none
 * @returns a new flat array for `ServerResponse.writeHead`, which the caller may add to
 */
export function responseHeaders(raw: readonly Buffer[], status: number, kept = ''): string[] | InvalidHeaders {
  const out: string[] = [];
  let nominations: string | null = null;
  let lengthSeen = status === 204;
  const text = fieldText(raw);
  for (let at = 0; at + 1 < text.length; at += 2) {
    const name = text[at]!;
    const value = text[at + 1]!;
    if (!isKnownSpelling(name) && !isToken(name)) return { invalid: `field ${at / 2 + 1} has a name that is no token` };
    if (!isFieldValue(value)) return { invalid: `field ${at / 2 + 1} has a control character in its value` };
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
