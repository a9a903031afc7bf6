/** The crowd that a burst's options plan: the same in every process that reads them. */
import type { ArrivalShape } from './arrivals.js';
import type { BurstOptions } from './burst-options.js';
import { type CrowdPlan, planCrowd } from './crowd-plan.js';
import type { InvitationRules } from './invitation-desk.js';
import { PROFILES } from './profiles/catalogue.js';
import type { Profile } from './profiles/profile.js';
import { readTrace } from './trace/read-trace.js';
import { planFromTrace } from './trace/trace-plan.js';

/** @throws TraceError when the trace cannot be read */
export async function planOf(options: BurstOptions): Promise<CrowdPlan> {
  const { people, overSeconds, seed, mix, targets, traceFile } = options;
  const shares = targets.map(({ share }) => share);
  if (traceFile !== null) return planFromTrace(await readTrace(traceFile, options), { overSeconds, seed, mix, shares });
  return planCrowd({ people, overSeconds, seed, mix, shares, shape: profileOf(options) ?? shapeOf(options) });
}

/** The profile a burst follows; null: none. */
export function profileOf({ shape, traceFile }: BurstOptions): Profile | null {
  return traceFile === null ? (PROFILES.get(shape) ?? null) : null;
}

/** The profile's invitations on the burst's own scale of time; null: nobody invites. */
export function invitationsOf(options: BurstOptions): InvitationRules | null {
  const profile = profileOf(options);
  if (profile === null || profile.invitations === null) return null;
  const { mean, cap, delaySeconds } = profile.invitations;
  return { mean, cap, delayMs: (delaySeconds * 1000 * options.overSeconds) / profile.seconds };
}

function shapeOf({ shape }: BurstOptions): ArrivalShape {
  if (shape === 'poisson' || shape === 'even') return shape;
  throw new RangeError(`there is no profile '${shape}'; there are ${[...PROFILES.keys()].join(', ')}`);
}
