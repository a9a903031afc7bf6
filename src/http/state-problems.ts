/** What a campaign that is not open says to a claim. */
import type { CampaignState } from '../campaign/schedule.js';
import type { Random } from '../kernel/random.js';
import type { CampaignContext } from './campaign-context.js';
import type { Problem } from './problem.js';
import { retryAfterSeconds } from './retry-after.js';

/** No client is told to stay away for longer, since plans change. */
const LONGEST_WAIT_MS = 3_600_000;

/** @returns null where claims, or at least places in line, may be asked for */
export function stateProblem(context: CampaignContext, state: CampaignState, random: Random): Problem | null {
  switch (state) {
    case 'open':
    case 'paused':
    case 'prequeue':
      return null;
    case 'ended':
      context.meters.refused('ended');
      return { code: 'ENDED' };
    case 'sold-out':
      context.meters.refused('sold_out');
      return { code: 'SOLD_OUT' };
    case 'scheduled': {
      context.meters.refused('not_started');
      const { prequeueAt, opensAt } = context.config.schedule;
      const waitMs = Math.max(0, Date.parse(prequeueAt ?? opensAt ?? '') - context.nowMs());
      return {
        code: 'NOT_STARTED',
        retryAfterSeconds: retryAfterSeconds(Math.min(waitMs, LONGEST_WAIT_MS), random),
        members: { opensAt },
      };
    }
  }
}
