/**
 * Whether a request target can mean only one path, to the gateway and to any service behind it. A path that a
 * service would decode, fold or normalise into another one would pass by the route that guards it.
 *
 * Refused: every form but origin-form (RFC 9112, section 3.2; also absolute-form, whose authority would compete with
 * Host), empty and dot segments, backslash, matrix parameters (`;`), fragment, spaces, control and non-ASCII
 * characters, broken escapes, and escapes of `/`, `\`, `.`, escapes, control characters, bytes that are no UTF-8, and
 * of characters that need none (`%61` for `a`). The query is opaque: only its characters are judged.
 */
import type { ProblemCode } from './problem-codes.js';

/** RFC 9110, section 4.1: recipients should take at least 8,000 octets. */
export const MAX_TARGET_CHARS = 8000;

export type HygieneVerdict =
  /** `path` as received, without the query; `query` without its `?`, empty where there is none. */
  | { readonly kind: 'ok'; readonly path: string; readonly query: string }
  | { readonly kind: 'refused'; readonly code: ProblemCode; readonly detail: string };

export type Refusal = Extract<HygieneVerdict, { kind: 'refused' }>;

/** A refusal made once, so that refusing allocates nothing. */
export const invalid = (detail: string): Refusal => Object.freeze({ kind: 'refused', code: 'REQUEST_INVALID', detail });

const NOT_ORIGIN_FORM = invalid('The request target must be a path that begins with one slash.');
const EMPTY_SEGMENT = invalid('The path has an empty segment (//).');
const DOT_SEGMENT = invalid('The path has a dot segment.');
const BACKSLASH = invalid('The path has a backslash.');
const MATRIX = invalid('The path has a semicolon; encode it as %3B.');
const FRAGMENT = invalid('The request target has a fragment.');
const CHARACTER = invalid('The request target has a character that must be percent-encoded.');
const BROKEN_ESCAPE = invalid('The path has a percent sign without two hexadecimal digits.');
const TRICKY_ESCAPE = invalid('The path has a percent-encoded slash, backslash, dot, escape or control character.');
const NEEDLESS_ESCAPE = invalid('The path has a percent-encoded character that must not be encoded.');
const NO_UTF8 = invalid('The percent-encoded bytes of the path are not valid UTF-8.');
const TOO_LONG: Refusal = Object.freeze({
  kind: 'refused',
  code: 'URI_TOO_LONG',
  detail: `The request target may have ${MAX_TARGET_CHARS} octets.`,
});

const SLASH = 0x2f;
const PERCENT = 0x25;

/**
 * Nearly every target: segments of plain characters that begin with no dot, and nothing else. Targets come off the wire as
 * strings of many shapes, each character of which V8 looks up anew; a pattern reads them in native code.
 */
const PLAIN = /^(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~!$&'()*+,=:@[\]|-]*)+$/;

/** Judges a raw request target. */
export function judgeTarget(target: string): HygieneVerdict {
  if (target.length > MAX_TARGET_CHARS) return TOO_LONG;
  if (PLAIN.test(target)) return { kind: 'ok', path: target, query: '' };
  return judgeClosely(target);
}

/** @param target - not too long */
function judgeClosely(target: string): HygieneVerdict {
  const { length } = target;
  if (target.charCodeAt(0) !== SLASH) return NOT_ORIGIN_FORM;
  let highEscape = false;
  let segmentStart = 1;
  let i = 1;
  for (; i < length; i++) {
    const c = target.charCodeAt(i);
    if (c === 0x3f) break;
    if (c === SLASH) {
      if (i === segmentStart) return EMPTY_SEGMENT;
      if (isDots(target, segmentStart, i)) return DOT_SEGMENT;
      segmentStart = i + 1;
    } else if (c === PERCENT) {
      const refusal = judgeEscape(target, i);
      if (refusal !== null) return refusal;
      if (hexValue(target.charCodeAt(i + 1)) >= 8) highEscape = true;
      i += 2;
    } else if (c > 0x7e || pathChars[c] !== 1) return refusedCharacter(c);
  }
  if (isDots(target, segmentStart, i)) return DOT_SEGMENT;
  if (highEscape && !isUtf8(target.slice(0, i))) return NO_UTF8;
  if (i === length) return { kind: 'ok', path: target, query: '' };
  return judgeQuery(target, i + 1) ?? { kind: 'ok', path: target.slice(0, i), query: target.slice(i + 1) };
}

function judgeQuery(target: string, from: number): Refusal | null {
  const { length } = target;
  for (let i = from; i < length; i++) {
    const c = target.charCodeAt(i);
    if (c <= 0x20 || c > 0x7e) return CHARACTER;
    if (c === 0x23) return FRAGMENT;
  }
  return null;
}

/** Letters, digits, marks and delimiters of a path segment (RFC 3986, `pchar`), and `[ ] |`, which browsers leave bare. */
const pathChars = charTable("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,=:@[]|");
/** RFC 3986, section 2.3: an escape of these means the same as the character, so services may fold it. */
const unreserved = charTable('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~');

/** A table by ASCII code: 1 for each of `chars`. */
function charTable(chars: string): Uint8Array {
  const table = new Uint8Array(128);
  for (const char of chars) table[char.charCodeAt(0)] = 1;
  return table;
}

function refusedCharacter(c: number): Refusal {
  if (c === 0x5c) return BACKSLASH;
  if (c === 0x3b) return MATRIX;
  return c === 0x23 ? FRAGMENT : CHARACTER;
}

function isDots(target: string, start: number, end: number): boolean {
  const length = end - start;
  if (length !== 1 && length !== 2) return false;
  return target.charCodeAt(start) === 0x2e && target.charCodeAt(end - 1) === 0x2e;
}

/** @param at - position of the percent sign */
function judgeEscape(target: string, at: number): Refusal | null {
  const high = hexValue(target.charCodeAt(at + 1));
  const low = hexValue(target.charCodeAt(at + 2));
  if (high < 0 || low < 0) return BROKEN_ESCAPE;
  const c = high * 16 + low;
  if (c >= 0x80) return null;
  if (c < 0x20 || c === 0x7f || c === SLASH || c === 0x5c || c === 0x2e) return TRICKY_ESCAPE;
  if (c === PERCENT && hexValue(target.charCodeAt(at + 3)) >= 0 && hexValue(target.charCodeAt(at + 4)) >= 0) {
    return TRICKY_ESCAPE;
  }
  return unreserved[c] === 1 ? NEEDLESS_ESCAPE : null;
}

/** The value of a hexadecimal digit; -1 for any other character and for NaN, past the end. */
function hexValue(c: number): number {
  if (c >= 0x30 && c <= 0x39) return c - 0x30;
  const letter = c | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
