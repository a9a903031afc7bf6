/** W3C Trace Context: what of a client's trace is carried on, and a new trace where there is none. */
import { randomFillSync } from 'node:crypto';

const VALID =
  /^(?:00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}|(?!00|ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?)$/;
const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;

const POOL_BYTES = 4096;
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/** Random bytes as hexadecimal digits, drawn from the system's generator 4 kB at a time. */
function randomHex(bytes: number): string {
  if (used + bytes > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const hex = pool.toString('hex', used, used + bytes);
  used += bytes;
  // Forbidden by the format: an id of zeros only.
  return /[^0]/.test(hex) ? hex : randomHex(bytes);
}

/** @see https://www.w3.org/TR/trace-context/ section 3.2; a longer value of a later version is valid too */
export function isTraceparent(value: string): boolean {
  return VALID.test(value);
}

/**
 * A `traceparent` for a request that came without one. The trace id is the request id where that is 32
 * hexadecimal digits, so that a problem document's `instance` finds the trace. Not sampled: a burst must not
 * decide for the service that everything is recorded.
 */
export function newTraceparent(requestId: string): string {
  const traceId = TRACE_ID.test(requestId) ? requestId : randomHex(16);
  return `00-${traceId}-${randomHex(8)}-00`;
}
