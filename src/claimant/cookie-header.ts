/** One cookie out of a `Cookie` field (RFC 6265, section 4.2), without parsing the others. */

export type CookieRead =
  | { readonly kind: 'one'; readonly value: string }
  | { readonly kind: 'none' }
  /** It stands there with different values: whoever controls a sister domain may have set one of them. */
  | { readonly kind: 'conflicting' };

const NONE: CookieRead = Object.freeze({ kind: 'none' });
const CONFLICTING: CookieRead = Object.freeze({ kind: 'conflicting' });

/**
 * The value of cookie `name` as sent, nothing decoded; one pair of double quotes around it is dropped.
 * @param header - all `Cookie` fields, joined by `; `, as Node gives them
 * @param name - compared byte for byte
 */
export function readCookie(header: string | undefined, name: string): CookieRead {
  if (header === undefined || name.length === 0) return NONE;
  let value: string | null = null;
  for (let at = header.indexOf(name); at !== -1; at = header.indexOf(name, at + name.length)) {
    if (!startsPair(header, at)) continue;
    const equals = skipBlanks(header, at + name.length);
    if (header.charCodeAt(equals) !== 0x3d) continue;
    const semicolon = header.indexOf(';', equals);
    const given = unquoted(header.slice(equals + 1, semicolon === -1 ? header.length : semicolon).trim());
    if (value !== null && value !== given) return CONFLICTING;
    value = given;
  }
  return value === null ? NONE : { kind: 'one', value };
}

/** Whether only blanks stand between `at` and the semicolon, or the start, before it. */
function startsPair(header: string, at: number): boolean {
  let i = at - 1;
  while (i >= 0 && isBlank(header.charCodeAt(i))) i--;
  return i < 0 || header.charCodeAt(i) === 0x3b;
}

function skipBlanks(header: string, from: number): number {
  let i = from;
  while (i < header.length && isBlank(header.charCodeAt(i))) i++;
  return i;
}

function isBlank(c: number): boolean {
  return c === 0x20 || c === 0x09;
}

function unquoted(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
