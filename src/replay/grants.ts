/** Whether one claimant is granted once, as its devices see it: a repeat must be the first answer again. */
import { createHash } from 'node:crypto';
import type { CrowdPlan } from './crowd-plan.js';
import type { Reply } from './reply.js';
import type { Tally } from './tally.js';

export class Grants {
  readonly #shared = new Set<number>();
  readonly #first = new Map<number, string>();

  constructor(
    private readonly plan: CrowdPlan,
    private readonly tally: Tally,
  ) {
    plan.claimant.forEach((owner, person) => {
      if (owner !== person) this.#shared.add(owner);
    });
  }

  /** Person number `person` was granted. */
  hear(person: number, { body, fields }: Reply): void {
    const owner = this.plan.claimant[person] as number;
    if (!this.#shared.has(owner)) return;
    const digest = createHash('sha256').update(body).digest('base64');
    const first = this.#first.get(owner);
    if (first === undefined) this.#first.set(owner, digest);
    else if (first === digest && (fields === null || fields.replayed === 'true')) this.tally.replays++;
    else this.tally.grantedAgain++;
  }
}
