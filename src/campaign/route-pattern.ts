/**
 * Path patterns of routes: `/literal`, `/:parameter` for one segment, a last `/*` for one segment or more. Literals
 * are compared byte for byte: routes are case-sensitive, and `/a/` is not `/a`.
 */

export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'rest' };

/** @throws RangeError when the pattern does not begin with `/`, has an empty segment, or `*` before its end */
export function parseRoutePattern(pattern: string): readonly Segment[] {
  if (!pattern.startsWith('/')) throw new RangeError(`route ${pattern} must begin with /`);
  const texts = pattern.slice(1).split('/');
  return texts.map((text, i) => {
    if (text === '') throw new RangeError(`route ${pattern} has an empty segment`);
    if (text === '*') {
      if (i !== texts.length - 1) throw new RangeError(`route ${pattern} has a * before its end`);
      return { kind: 'rest' };
    }
    return text.startsWith(':') ? { kind: 'parameter', name: text.slice(1) } : { kind: 'literal', text };
  });
}
