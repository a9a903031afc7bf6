/** How many people come within what time, from what is given of a profile: people, peak, length or compression. */
import { meanRate } from './profiles/curve.js';
import type { Profile } from './profiles/profile.js';

export interface SizeGiven {
  readonly people?: number;
  /** Arrivals a second where the profile's rate is 1. */
  readonly peak?: number;
  /** Of the burst, in seconds. */
  readonly length?: number;
  /** How many times faster than the profile. */
  readonly compression?: number;
}

export interface BurstSize {
  readonly people: number;
  readonly overSeconds: number;
}

const DEFAULT_PEOPLE = 1000;
/** A profile is pressed into this, unless told otherwise. */
const DEFAULT_SECONDS = 60;

/**
 * Any two of people, peak and length give the third.
 * @throws RangeError with a sentence when what is given contradicts itself
 */
export function sizeOf(profile: Profile, given: SizeGiven): BurstSize {
  const { people, peak, length, compression } = given;
  if (length !== undefined && compression !== undefined) {
    throw new RangeError('a length and a compression say the same twice: give one of them');
  }
  const fixed = length ?? (compression === undefined ? undefined : profile.seconds / compression);
  const mean = meanRate(profile, 0, profile.seconds);
  if (people !== undefined && peak !== undefined) {
    if (fixed !== undefined) throw new RangeError('people and a peak already give the length');
    return { people, overSeconds: people / (peak * mean) };
  }
  const overSeconds = fixed ?? Math.min(DEFAULT_SECONDS, profile.seconds);
  if (peak !== undefined) return { people: Math.max(1, Math.round(peak * mean * overSeconds)), overSeconds };
  return { people: people ?? DEFAULT_PEOPLE, overSeconds };
}
