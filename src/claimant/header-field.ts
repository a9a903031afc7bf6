/** One field of a request, from the raw ones, as Node joins or drops doubled ones in its parsed view. */

export type FieldRead =
  | { readonly kind: 'one'; readonly value: string }
  | { readonly kind: 'none' }
  /** It stands there with different values. */
  | { readonly kind: 'conflicting' };

const NONE: FieldRead = Object.freeze({ kind: 'none' });
const CONFLICTING: FieldRead = Object.freeze({ kind: 'conflicting' });

/** @param wanted - the name, in small letters */
export function readField(rawHeaders: readonly string[], wanted: string): FieldRead {
  let value: string | null = null;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length !== wanted.length || name.toLowerCase() !== wanted) continue;
    const given = rawHeaders[i + 1] as string;
    if (value !== null && value !== given) return CONFLICTING;
    value = given;
  }
  return value === null ? NONE : { kind: 'one', value };
}
