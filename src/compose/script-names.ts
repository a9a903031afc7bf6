/** The Lua scripts that a gateway calls, by name: there are metrics of each before it was called. */
const OF_ALL: readonly string[] = ['exchange', 'amend', 'audit-records', 'gateways'];
const OF_LANES: readonly string[] = ['lane', 'lane-places', 'lane-keep', 'let-go'];

/** @param lanes - how many there are; with only one, the line is its own */
export function scriptNames(lanes: number): readonly string[] {
  return lanes > 1 ? [...OF_ALL, ...OF_LANES] : OF_ALL;
}
