/**
 * `RateLimit` and `RateLimit-Policy` as draft-ietf-httpapi-ratelimit-headers-11 (May 2026) defines them: Lists of
 * String Items with parameters, serialised by RFC 9651, section 4.1.
 */
import { wholeSeconds } from './retry-after.js';

/** A token bucket as clients are told of it. */
export interface AdvertisedLimit {
  readonly name: string;
  /** Tokens of a full bucket. */
  readonly capacity: number;
  readonly refillPerSecond: number;
}

/** Of a full bucket. */
const SOONEST_SECONDS = 1;

export class RateLimitFields {
  /**
   * Value of `RateLimit-Policy`: per limit `q`, the tokens of a full bucket, and `w`, the whole seconds in which an
   * empty bucket fills, rounded up. q per w is thus never more than the bucket yields in the long run.
   */
  readonly policy: string;
  readonly #limits: ReadonlyArray<{
    readonly name: string;
    readonly capacity: number;
    /** Until a bucket that is not full has one more token, at the latest. */
    readonly tokenSeconds: number;
  }>;

  /**
   * @param limits - in the order in which `serviceLimits` will be told; at least one, as both Lists are non-empty
   * @throws RangeError when a name has a character that a String cannot hold, or a number is no positive one
   */
  constructor(limits: readonly AdvertisedLimit[]) {
    if (limits.length === 0) throw new RangeError('RateLimit fields need at least one limit');
    this.policy = limits
      .map((limit) => `${sfString(limit.name)};q=${sfInteger(limit.capacity)};w=${windowSeconds(limit)}`)
      .join(', ');
    this.#limits = limits.map(({ name, capacity, refillPerSecond }) => ({
      name: sfString(name),
      capacity,
      tokenSeconds: wholeSeconds(1000 / refillPerSecond),
    }));
  }

  /**
   * Value of `RateLimit`: per limit `r`, the tokens left, and `t`, the whole seconds until the next is there; within them
   * nobody can spend more. `Retry-After`, rounded up from the same wait and lengthened only, is never before the end of `t`.
   * @param remaining - tokens left of each limit; null where it does not apply to the request: it is left out
   * @param violated - the limit that refuses, if one does; `waitMs` is until it has a token again
   * @returns empty where none applies: then the field must not be sent, as a List is never empty
   * @throws RangeError when there is not one number a limit, or the wait is negative or not finite
   */
  serviceLimits(remaining: ReadonlyArray<number | null>, violated = -1, waitMs = 0): string {
    if (remaining.length !== this.#limits.length) {
      throw new RangeError(`${this.#limits.length} limits need as many buckets, not ${remaining.length}`);
    }
    let value = '';
    for (let i = 0; i < remaining.length; i++) {
      const left = remaining[i];
      if (left === null || left === undefined) continue;
      const { name, capacity, tokenSeconds } = this.#limits[i]!;
      const seconds = i === violated ? wholeSeconds(waitMs) : left >= capacity ? SOONEST_SECONDS : tokenSeconds;
      value += `${value === '' ? '' : ', '}${name};r=${sfInteger(Math.max(0, Math.floor(left)))};t=${seconds}`;
    }
    return value;
  }
}

function windowSeconds(limit: AdvertisedLimit): number {
  if (!(limit.refillPerSecond > 0)) throw new RangeError(`limit ${limit.name}: refillPerSecond must be above 0`);
  // The division may land just above a whole number (29 / 0.29): that must not cost a second.
  const seconds = (limit.capacity / limit.refillPerSecond) * (1 - 1e-12);
  return sfInteger(Math.max(1, Math.ceil(seconds)));
}

/** RFC 9651, section 4.1.4: at most 15 digits. */
function sfInteger(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 999_999_999_999_999) {
    throw new RangeError(`a whole number of at most 15 digits is needed, not ${value}`);
  }
  return value;
}

/** RFC 9651, section 4.1.6: printable ASCII, with `"` and `\` escaped. */
function sfString(value: string): string {
  let text = '"';
  for (const char of value) {
    if (char < ' ' || char > '~') throw new RangeError(`a String cannot hold ${JSON.stringify(char)}`);
    text += char === '"' || char === '\\' ? `\\${char}` : char;
  }
  return `${text}"`;
}
