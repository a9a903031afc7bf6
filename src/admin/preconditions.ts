/** The revision of a campaign's settings as an entity tag, so that nobody overwrites what they have not seen. @see RFC 9110, section 13.1.1 */

export function etagOf(revision: number): string {
  return `"${revision}"`;
}

/** `any`: there is no condition. `malformed`: it is no list of entity tags, or tags of something else. */
export type IfMatch =
  | { readonly kind: 'any' }
  | { readonly kind: 'revision'; readonly revision: number }
  | { readonly kind: 'malformed' };

/** Weak tags are taken as well: proxies that compress make them so. */
export function readIfMatch(field: string | undefined): IfMatch {
  const text = field?.trim();
  if (text === undefined || text === '*') return { kind: 'any' };
  const revision = /^(?:W\/)?"(0|[1-9][0-9]{0,14})"$/.exec(text)?.[1];
  return revision === undefined ? { kind: 'malformed' } : { kind: 'revision', revision: Number(revision) };
}
