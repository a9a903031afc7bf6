/** What the store's answer to an ask, or its silence, decides. */
import type { RefusalCache } from '../buckets/refusal-cache.js';
import type { StoreUnavailableError } from '../kernel/errors.js';
import type { AskResult } from './ask.js';
import type { ClaimEntry } from './claim-entry.js';
import type { ClaimRequest } from './claim-request.js';
import type { Decision } from './decision.js';

export function decisionOf(
  result: AskResult,
  request: ClaimRequest,
  refusals: RefusalCache,
  entry: ClaimEntry | null,
): Decision {
  switch (result.kind) {
    case 'limited': {
      const bucket = request.buckets[result.limit];
      if (bucket !== null && bucket !== undefined) refusals.remember(bucket, result.waitMs);
      return {
        kind: 'limited',
        limit: result.limit,
        waitMs: result.waitMs,
        remaining: result.remaining,
        cached: false,
      };
    }
    case 'inside':
      return { kind: 'in-progress' };
    case 'wait':
    case 'door':
      return {
        kind: 'wait',
        place: result.place,
        joined: result.kind === 'wait' && result.joined,
        remaining: result.remaining,
      };
    case 'shut':
    case 'full':
    case 'pass':
    case 'none':
    case 'untrusted':
      return result;
    case 'recorded': {
      const verdict = entry?.judge(result.text);
      return verdict === undefined || verdict.kind === 'repeat' ? { kind: 'unsettled' } : verdict;
    }
    case 'enter':
      throw new Error('A request that is no claim was let in: the store broke its contract');
  }
}

export function failureOf(fault: StoreUnavailableError | 'overloaded'): Decision {
  return fault === 'overloaded' ? { kind: 'overloaded' } : { kind: 'store-unavailable', waitedMs: fault.waitedMs };
}
