/** Who was served in order, and who was overtaken by how much: exact, over every pair. */

/** One person who was served. Arrival and service may be read from different clocks: they are never subtracted. */
export interface Served {
  readonly arrivedUs: number;
  readonly servedUs: number;
}

/**
 * The share of pairs of people, arrived at least `apartUs` apart, who were served in order of arrival. Served in
 * the same microsecond counts as in order. O(n log n): people are swept by arrival while a Fenwick tree counts,
 * by rank of service, those who arrived long enough before.
 * @returns null when no two people arrived that far apart
 */
export function shareServedInOrder(people: readonly Served[], apartUs: number): number | null {
  const byArrival = [...people].sort((a, b) => a.arrivedUs - b.arrivedUs);
  const ranks = serviceRanks(byArrival);
  const tree = new Int32Array(people.length + 1);
  let before = 0;
  let pairs = 0;
  let inOrder = 0;
  byArrival.forEach((person, at) => {
    while ((byArrival[before] as Served).arrivedUs <= person.arrivedUs - apartUs) {
      addAt(tree, ranks[before] as number);
      before += 1;
    }
    pairs += before;
    inOrder += countUpTo(tree, ranks[at] as number);
  });
  return pairs === 0 ? null : inOrder / pairs;
}

/**
 * For each person, how much later the latest of those arrived who were served before them; 0 for who was overtaken
 * by nobody. In order of service.
 */
export function overtakenByUs(people: readonly Served[]): number[] {
  const byService = [...people].sort((a, b) => a.servedUs - b.servedUs || a.arrivedUs - b.arrivedUs);
  let latestUs = Number.NEGATIVE_INFINITY;
  return byService.map((person) => {
    latestUs = Math.max(latestUs, person.arrivedUs);
    return latestUs - person.arrivedUs;
  });
}

/** @returns the smallest value that at least `share` of `values` do not exceed; null of none */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

/** Ranks from 1 by time of service; the sort is stable, so that equal times rank by arrival. @param people - by arrival */
function serviceRanks(people: readonly Served[]): Int32Array {
  const order = people
    .map((_, at) => at)
    .sort((a, b) => (people[a] as Served).servedUs - (people[b] as Served).servedUs);
  const ranks = new Int32Array(people.length);
  order.forEach((at, before) => {
    ranks[at] = before + 1;
  });
  return ranks;
}

function addAt(tree: Int32Array, rank: number): void {
  for (let i = rank; i < tree.length; i += i & -i) tree[i] = (tree[i] as number) + 1;
}

function countUpTo(tree: Int32Array, rank: number): number {
  let count = 0;
  for (let i = rank; i > 0; i -= i & -i) count += tree[i] as number;
  return count;
}
