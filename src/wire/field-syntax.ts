/** What names and values of header fields may be made of (RFC 9110, section 5). */

/** A field value as section 5.5 allows it, obs-text included: no control character but the tab. */
export function isFieldValue(value: string): boolean {
  return !/[^\t\x20-\x7e\x80-\xff]/.test(value);
}

/** A token of section 5.6.2. */
export function isToken(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
}

/** Names that were looked at before: most of them come from the code or from everybody, and are few. */
const names = new Set<string>();
const MOST_NAMES = 256;

/** The same as `isToken`, for names of fields. */
export function isFieldName(name: string): boolean {
  if (names.has(name)) return true;
  if (!isToken(name)) return false;
  if (names.size < MOST_NAMES) names.add(name);
  return true;
}

/** @param fields - names and values in turn @returns a line each, with its end */
export function fieldLines(fields: readonly string[]): string {
  let lines = '';
  for (let at = 0; at + 1 < fields.length; at += 2) lines += `${fields[at]}: ${fields[at + 1]}\r\n`;
  return lines;
}

/** Whether no field could be read as two, or as the end of the head. */
export function areFields(fields: readonly string[]): boolean {
  for (let at = 0; at + 1 < fields.length; at += 2) {
    if (!isFieldName(fields[at]!) || !isFieldValue(fields[at + 1]!)) return false;
  }
  return true;
}
