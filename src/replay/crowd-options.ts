/** What a crowd is told. */
import type { Random } from '../kernel/random.js';
import type { CrowdPlan } from './crowd-plan.js';
import type { InvitationRules } from './invitation-desk.js';

export interface CrowdOptions {
  readonly plan: CrowdPlan;
  readonly claimantOf: (person: number) => string;
  /** From planned arrival to giving up, in milliseconds. */
  readonly patienceMs: number;
  readonly random: Random;
  /** Whether a person is moved here; left out: everybody is. */
  readonly takesPart?: (person: number) => boolean;
  readonly invitations?: InvitationRules | null;
}
