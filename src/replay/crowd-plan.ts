/** Who takes part in a burst: when each person arrives, at which gateway, in whose name, and how it behaves. */
import { type ArrivalShape, planArrivals } from './arrivals.js';
import { DEVICES_EACH, type Mix, MODEL_NAMES, weightsOf } from './client-models.js';
import type { Profile } from './profiles/profile.js';
import { seededRandom } from './seeded-random.js';

export interface CrowdPlanOptions {
  readonly people: number;
  readonly overSeconds: number;
  readonly shape: ArrivalShape | Profile;
  readonly seed: number;
  /** Weight of each gateway; people are drawn to it in this proportion. */
  readonly shares: readonly number[];
  readonly mix: Mix;
}

/**
 * Column `i` is person `i`; people stand in order of arrival. Whoever comes by invitation only arrives at Infinity,
 * which the crowd replaces when they are invited.
 */
export interface CrowdPlan {
  /** Microseconds from the start of the burst. */
  readonly arrivesAtUs: Float64Array;
  readonly target: Uint16Array;
  /** Index into MODEL_NAMES. */
  readonly model: Uint8Array;
  /** The person in whose name it claims: itself, or the first device of its owner. */
  readonly claimant: Int32Array;
  /** What each person's claim carries, where a trace says so; left out: the same for all. */
  readonly claims?: readonly ClaimContent[];
}

/** What a trace says of one claim. */
export interface ClaimContent {
  /** Idempotency key. */
  readonly k?: string | undefined;
  /** Header fields, by name. */
  readonly h?: Readonly<Record<string, string>> | undefined;
  readonly b?: string | undefined;
}

/** The same options give the same plan. */
export function planCrowd(options: CrowdPlanOptions): CrowdPlan {
  const { people, seed, shape, overSeconds } = options;
  const invitations = typeof shape === 'object' ? shape.invitations : null;
  const organic = invitations === null ? people : Math.ceil(people * invitations.organicShare);
  const arrivesAtUs = new Float64Array(people).fill(Number.POSITIVE_INFINITY);
  arrivesAtUs.set(planArrivals(shape, organic, overSeconds * 1e6, seededRandom(seed)));
  return { arrivesAtUs, ...castPeople(people, options.shares, options.mix, seed) };
}

/** Draws gateway, model and name of everybody. */
export function castPeople(
  people: number,
  shares: readonly number[],
  mix: Mix,
  seed: number,
): Omit<CrowdPlan, 'arrivesAtUs'> {
  const random = seededRandom(seed ^ 0x5bd1e995);
  const weights = weightsOf(mix);
  const target = new Uint16Array(people);
  const model = new Uint8Array(people);
  for (let i = 0; i < people; i++) {
    target[i] = drawIndex(shares, random());
    model[i] = drawIndex(weights, random());
  }
  return { target, model, claimant: claimantsOf(model) };
}

/** Of those who claim with several devices, every three in a row are the devices of one person. */
export function claimantsOf(model: Uint8Array): Int32Array {
  const claimant = new Int32Array(model.length);
  for (let person = 0; person < claimant.length; person++) claimant[person] = person;
  const devices = MODEL_NAMES.indexOf('devices');
  let owner = -1;
  let count = DEVICES_EACH;
  model.forEach((kind, person) => {
    if (kind !== devices) return;
    if (count === DEVICES_EACH) {
      owner = person;
      count = 0;
    }
    claimant[person] = owner;
    count++;
  });
  return claimant;
}

/** The index whose stretch of the summed `shares` holds `drawn` (in [0, 1)). */
function drawIndex(shares: readonly number[], drawn: number): number {
  let left = drawn * shares.reduce((sum, share) => sum + share, 0);
  let last = 0;
  for (let i = 0; i < shares.length; i++) {
    const weight = shares[i] as number;
    if (weight === 0) continue;
    left -= weight;
    if (left < 0) return i;
    last = i;
  }
  return last;
}
