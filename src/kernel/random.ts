/** A source of uniform numbers in [0, 1). Injected, so that a seeded run repeats itself. */
export type Random = () => number;

/**
 * `value` moved by up to `share` of itself to either side, so that many clients told the same thing do not
 * come back in the same instant.
 */
export function jittered(value: number, share: number, random: Random): number {
  return value * (1 + share * (2 * random() - 1));
}
