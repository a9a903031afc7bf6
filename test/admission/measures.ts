/** What the promises speak of, computed from when things happened. Times are in microseconds. */

/** The largest excess of any window over `burst + rate × window`; 0 or less: the bound holds exactly. */
export function excessOverBound(timesUs: readonly number[], ratePerSecond: number, burst: number): number {
  const sorted = [...timesUs].sort((a, b) => a - b);
  let most = Number.NEGATIVE_INFINITY;
  // Of all windows that end with event j, the worst begins with the i that makes i − rate × tᵢ least.
  let least = Number.POSITIVE_INFINITY;
  for (let j = 0; j < sorted.length; j++) {
    const seconds = (sorted[j]! - sorted[0]!) / 1e6;
    least = Math.min(least, j - ratePerSecond * seconds);
    most = Math.max(most, j + 1 - ratePerSecond * seconds - least - burst);
  }
  return most;
}

/** The least count in any window of `windowUs` that lies between `fromUs` and `toUs`. */
export function leastInWindow(timesUs: readonly number[], fromUs: number, toUs: number, windowUs: number): number {
  const sorted = [...timesUs].sort((a, b) => a - b);
  let least = Number.POSITIVE_INFINITY;
  for (let start = fromUs; start + windowUs <= toUs; start += 50_000) {
    const count = sorted.filter((at) => at >= start && at < start + windowUs).length;
    least = Math.min(least, count);
  }
  return least;
}

export function countBetween(timesUs: readonly number[], fromUs: number, toUs: number): number {
  return timesUs.filter((at) => at >= fromUs && at < toUs).length;
}
