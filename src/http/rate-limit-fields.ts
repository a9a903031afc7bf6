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

/** One bucket after a claim. */
export interface ServiceLimit {
  /** Whole tokens left; what a claim may spend now. */
  readonly remaining: number;
  /** Time until one more token is there, in milliseconds. Within it nobody can spend more than `remaining`. */
  readonly nextTokenMs: number;
}

export class RateLimitFields {
  /**
   * Value of `RateLimit-Policy`: per limit `q`, the tokens of a full bucket, and `w`, the whole seconds in which an
   * empty bucket fills, rounded up. q per w is thus never more than the bucket yields in the long run.
   */
  readonly policy: string;
  readonly #names: readonly string[];

  /**
   * @param limits - in the order in which `serviceLimits` will be told; at least one, as both Lists are non-empty
   * @throws RangeError when a name has a character that a String cannot hold, or a number is no positive one
   */
  constructor(limits: readonly AdvertisedLimit[]) {
    if (limits.length === 0) throw new RangeError('RateLimit fields need at least one limit');
    this.#names = limits.map((limit) => sfString(limit.name));
    this.policy = limits
      .map((limit, i) => `${this.#names[i]};q=${sfInteger(limit.capacity)};w=${windowSeconds(limit)}`)
      .join(', ');
  }

  /**
   * Value of `RateLimit`: per limit `r`, the tokens left, and `t`, the whole seconds until the next is there.
   * `Retry-After`, rounded up from the same wait and lengthened only, is never before the end of `t`.
   * @param buckets - null where a limit does not apply to the request; it is left out
   * @returns empty where none applies: then the field must not be sent, as a List is never empty
   * @throws RangeError when there is not one bucket a limit, or a wait is negative or not finite
   */
  serviceLimits(buckets: ReadonlyArray<ServiceLimit | null>): string {
    if (buckets.length !== this.#names.length) {
      throw new RangeError(`${this.#names.length} limits need as many buckets, not ${buckets.length}`);
    }
    let value = '';
    for (let i = 0; i < buckets.length; i++) {
      const bucket = buckets[i];
      if (bucket === null || bucket === undefined) continue;
      const left = sfInteger(Math.max(0, Math.floor(bucket.remaining)));
      value += `${value === '' ? '' : ', '}${this.#names[i]};r=${left};t=${wholeSeconds(bucket.nextTokenMs)}`;
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
