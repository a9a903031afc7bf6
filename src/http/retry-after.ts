/** `Retry-After` (RFC 9110, section 10.2.3): never early, and not the same instant for everybody. */
import type { Random } from '../kernel/random.js';

const JITTER_SHARE = 0.1;

/**
 * A wait in whole seconds, rounded up, and lengthened at random by up to a tenth and a second, so that many clients
 * told the same wait do not come back in the same instant. Below ten seconds most are not lengthened at all.
 * @param waitMs - time until trying again makes sense, in milliseconds; 0 or more
 * @returns seconds, at least 1: a 0 invites an immediate retry
 * @throws RangeError when `waitMs` is negative or not finite
 */
export function retryAfterSeconds(waitMs: number, random: Random): number {
  const seconds = wholeSeconds(waitMs);
  return seconds + Math.floor(random() * (1 + seconds * JITTER_SHARE));
}

/**
 * A wait in whole seconds, rounded up, at least 1. Without jitter: for the windows of the RateLimit fields.
 * @throws RangeError when `waitMs` is negative or not finite
 */
export function wholeSeconds(waitMs: number): number {
  if (!(waitMs >= 0) || waitMs === Number.POSITIVE_INFINITY) {
    throw new RangeError(`a wait must be 0 ms or more and finite, not ${waitMs}`);
  }
  return Math.max(1, Math.ceil(waitMs / 1000));
}
