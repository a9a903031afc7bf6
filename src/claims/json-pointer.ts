/**
 * The value that a JSON Pointer names inside a document; undefined where there is none.
 * @see RFC 6901
 */
export function pointed(document: unknown, pointer: string): unknown {
  if (pointer === '') return document;
  let value = document;
  for (const part of pointer.slice(1).split('/')) {
    const token = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) value = /^(0|[1-9]\d*)$/.test(token) ? value[Number(token)] : undefined;
    else if (typeof value === 'object' && value !== null && Object.hasOwn(value, token)) {
      value = (value as Record<string, unknown>)[token];
    } else return undefined;
  }
  return value;
}
