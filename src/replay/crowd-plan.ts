/** Who takes part in a burst: when each person arrives, at which gateway, and whether they come when called. */
import { type ArrivalShape, planArrivals } from './arrivals.js';
import { seededRandom } from './seeded-random.js';

export interface CrowdPlanOptions {
  readonly people: number;
  readonly overSeconds: number;
  readonly shape: ArrivalShape;
  readonly seed: number;
  /** Weight of each gateway; people are drawn to it in this proportion. */
  readonly shares: readonly number[];
  /** Share of people who never claim once they are called. */
  readonly noShowShare: number;
}

/** Column `i` is person `i`; people stand in order of arrival. */
export interface CrowdPlan {
  /** Microseconds from the start of the burst. */
  readonly arrivesAtUs: Float64Array;
  readonly target: Uint16Array;
  readonly noShow: Uint8Array;
}

/** The same options give the same plan. */
export function planCrowd(options: CrowdPlanOptions): CrowdPlan {
  const { people, seed, shares, noShowShare } = options;
  const arrivals = planArrivals(options.shape, people, options.overSeconds * 1e6, seededRandom(seed));
  const random = seededRandom(seed ^ 0x5bd1e995);
  const target = new Uint16Array(people);
  const noShow = new Uint8Array(people);
  for (let i = 0; i < people; i++) {
    target[i] = drawIndex(shares, random());
    noShow[i] = random() < noShowShare ? 1 : 0;
  }
  return { arrivesAtUs: arrivals, target, noShow };
}

/** The index whose stretch of the summed `shares` holds `drawn` (in [0, 1)). */
function drawIndex(shares: readonly number[], drawn: number): number {
  let left = drawn * shares.reduce((sum, share) => sum + share, 0);
  for (let i = 0; i < shares.length - 1; i++) {
    left -= shares[i] as number;
    if (left < 0) return i;
  }
  return shares.length - 1;
}
