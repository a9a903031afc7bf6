/**
 * Whole numbers as text, put together from groups of three digits. V8 keeps texts of numbers in a table: where thousands
 * of different ones are told each second, most are not in it, and each costs a call out of compiled code and an entry that
 * the collector takes for alive.
 */
const GROUP = 1000;
const GROUPS = Array.from({ length: GROUP }, (_, n) => String(n));
const PADDED = GROUPS.map((digits) => digits.padStart(3, '0'));

/** The same as `String(n)`. */
export function decimalText(n: number): string {
  if ((n | 0) !== n || n < 0) return String(n);
  if (n < GROUP) return GROUPS[n]!;
  const high = (n / GROUP) | 0;
  return decimalText(high) + PADDED[n - high * GROUP]!;
}
