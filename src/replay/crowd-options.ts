/** What a crowd is told. */
import type { Random } from '../kernel/random.js';
import type { CrowdPlan } from './crowd-plan.js';
import type { InvitationRules } from './invitation-desk.js';

export interface CrowdOptions {
  readonly plan: CrowdPlan;
  readonly claimPath: string;
  /** Where tickets are read, without the ticket: `/queue/lny-2026/tickets`. */
  readonly ticketsPath: string;
  readonly claimantHeader: string;
  readonly claimantOf: (person: number) => string;
  /** From planned arrival to giving up, in milliseconds. */
  readonly patienceMs: number;
  readonly random: Random;
  /** Whether a person is moved here; left out: everybody is. */
  readonly takesPart?: (person: number) => boolean;
  /** Whether each claim carries an Idempotency-Key, the claimant's name; a trace's own goes before it. */
  readonly idempotencyKeys?: boolean;
  readonly invitations?: InvitationRules | null;
}
