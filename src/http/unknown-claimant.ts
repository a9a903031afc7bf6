/** What is said to somebody who is not known. */
import type { UnknownReason } from '../claimant/claimant-source.js';
import type { Random } from '../kernel/random.js';
import type { CampaignContext } from './campaign-context.js';
import type { Problem } from './problem.js';
import { retryAfterSeconds } from './retry-after.js';

const WAIT_MS = 2000;

/** Nothing of what was sent is quoted: it may be a secret. */
const DETAILS: Readonly<Record<Exclude<UnknownReason, 'unverifiable'>, string>> = {
  missing: 'The request does not say who is asking; sign in and repeat it.',
  conflicting: 'The request names two claimants, or one twice with different values.',
  malformed: 'What says who is asking is malformed; sign in and repeat the request.',
  'untrusted-peer': 'Only the proxies in front of the gateway may say who is asking.',
  invalid: 'What says who is asking is not signed by whom it should be, or not meant for this service; sign in again.',
  expired: 'What says who is asking is out of date; sign in again and repeat the request.',
};

export function unknownClaimant(context: CampaignContext, reason: UnknownReason, random: Random): Problem {
  if (reason === 'unverifiable') {
    context.meters.refused('identity_unavailable');
    return { code: 'IDENTITY_UNAVAILABLE', retryAfterSeconds: retryAfterSeconds(WAIT_MS, random) };
  }
  context.meters.refused('claimant_unknown');
  if (context.devices !== null) return context.devices.refusal(random);
  return { code: 'CLAIMANT_UNKNOWN', detail: DETAILS[reason] };
}
