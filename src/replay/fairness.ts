/** Who was served in order, and who was overtaken by how much: exact, over every pair. */

/** One person who was served. Arrival and service may be read from different clocks: they are never subtracted. */
export interface Served {
  readonly arrivedUs: number;
  readonly servedUs: number;
}

/** Everybody who was served, in columns: ten million are two hundred megabytes. */
export class ServedPeople {
  /** In order of arrival. */
  readonly #arrivedUs: Float64Array;
  readonly #servedUs: Float64Array;
  /** Rows of these columns in order of service; those served in the same microsecond by arrival. */
  readonly #byService: Uint32Array;

  /** Row by row the arrival and the service of one person, in any order. */
  constructor(arrivedUs: Float64Array, servedUs: Float64Array) {
    const byArrival = orderOf(arrivedUs);
    this.#arrivedUs = inOrder(arrivedUs, byArrival);
    this.#servedUs = inOrder(servedUs, byArrival);
    this.#byService = orderOf(this.#servedUs);
  }

  static of(people: readonly Served[]): ServedPeople {
    return new ServedPeople(
      Float64Array.from(people, ({ arrivedUs }) => arrivedUs),
      Float64Array.from(people, ({ servedUs }) => servedUs),
    );
  }

  /**
   * The share of pairs of people, arrived at least `apartUs` apart, who were served in order of arrival. Served in
   * the same microsecond counts as in order. O(n log n): people are swept by arrival while a Fenwick tree counts,
   * by rank of service, those who arrived long enough before.
   * @returns null when no two people arrived that far apart
   */
  shareInOrder(apartUs: number): number | null {
    const arrivedUs = this.#arrivedUs;
    const ranks = this.#serviceRanks();
    const tree = new Int32Array(ranks.length + 1);
    let before = 0;
    let pairs = 0;
    let inOrder = 0;
    for (let row = 0; row < ranks.length; row++) {
      while ((arrivedUs[before] as number) <= (arrivedUs[row] as number) - apartUs) {
        addAt(tree, ranks[before] as number);
        before += 1;
      }
      pairs += before;
      inOrder += countUpTo(tree, ranks[row] as number);
    }
    return pairs === 0 ? null : inOrder / pairs;
  }

  /**
   * For each person, how much later the latest of those arrived who were served before them; 0 for who was overtaken
   * by nobody. In order of service.
   */
  overtakenByUs(): Float64Array {
    let latestUs = Number.NEGATIVE_INFINITY;
    return inOrder(this.#arrivedUs, this.#byService).map((arrivedUs) => {
      latestUs = Math.max(latestUs, arrivedUs);
      return latestUs - arrivedUs;
    });
  }

  /** Of each row, from 1. */
  #serviceRanks(): Int32Array {
    const ranks = new Int32Array(this.#byService.length);
    this.#byService.forEach((row, before) => {
      ranks[row] = before + 1;
    });
    return ranks;
  }
}

/** @returns the smallest value that at least `share` of `values` do not exceed; null of none */
export function quantile(values: ArrayLike<number>, share: number): number | null {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

function inOrder(times: Float64Array, order: Uint32Array): Float64Array {
  const ordered = new Float64Array(order.length);
  order.forEach((row, at) => {
    ordered[at] = times[row] as number;
  });
  return ordered;
}

/** The rows of `times` from the earliest on; of equal ones, the first before the others. */
function orderOf(times: Float64Array): Uint32Array {
  const order = new Uint32Array(times.length).map((_, row) => row);
  const isInOrder = times.every((time, row) => row === 0 || (times[row - 1] as number) <= time);
  return isInOrder ? order : order.sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
}

function addAt(tree: Int32Array, rank: number): void {
  for (let i = rank; i < tree.length; i += i & -i) tree[i] = (tree[i] as number) + 1;
}

function countUpTo(tree: Int32Array, rank: number): number {
  let count = 0;
  for (let i = rank; i > 0; i -= i & -i) count += tree[i] as number;
  return count;
}
