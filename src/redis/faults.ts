/**
 * What went wrong with a call to Redis, as far as its caller must know.
 *
 * - `not-sent`: it never left this process. Nothing was charged.
 * - `unknown`: it left, and its answer did not come. It may have run: what it takes counts as taken.
 * - `refused`: Redis answered that it cannot serve now (loading, read-only, out of memory, …). Nothing was charged:
 *   these are said before a script runs, or before its first write.
 * - `broken`: Redis answered that the call itself is wrong. A defect or a missing permission, not an outage.
 */
import { ReplyError } from 'ioredis';
import { StoreUnavailableError } from '../kernel/errors.js';

export type StoreFault = 'not-sent' | 'unknown' | 'refused' | 'broken';

/** Redis 6 puts the code of an error raised inside a script after a preamble of its own. */
const REFUSALS =
  /(?:^|: -)(?:LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|OOM|BUSY|UNKILLABLE|MISCONF|NOREPLICAS)\b/;
const READ_ONLY = /(?:^|: -)READONLY\b/;
const UNWRITABLE = /(?:^|: -)(?:READONLY|OOM|MISCONF)\b/;
const NOT_SENT = /^(?:Stream isn't writeable|Cluster isn't ready)/;

/** Looks through a StoreUnavailableError at its cause; one without a cause was raised before anything was sent. */
export function faultOf(err: unknown): StoreFault {
  if (err instanceof StoreUnavailableError) return err.cause === undefined ? 'not-sent' : faultOf(err.cause);
  if (!(err instanceof Error)) return 'broken';
  if (err instanceof ReplyError) return REFUSALS.test(err.message) ? 'refused' : 'broken';
  return NOT_SENT.test(err.message) ? 'not-sent' : 'unknown';
}

/** Whether a server says that it is a replica: it may have been the master when the connection was made. */
export function saysReadOnly(err: Error): boolean {
  return READ_ONLY.test(err.message);
}

/** Whether a server says that it takes no writes, and will not until somebody has done something about it. */
export function saysUnwritable(err: unknown): boolean {
  return err instanceof Error && UNWRITABLE.test(err.message);
}

/** Whether Redis says that it does not know a script's digest: it was restarted, or its scripts were flushed. */
export function isNoScript(err: unknown): boolean {
  return err instanceof Error && err.message.startsWith('NOSCRIPT');
}
