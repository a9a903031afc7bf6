/** Whether one claimant is granted once, as its devices see it: a repeat must be the first answer again. */
import { createHash } from 'node:crypto';
import type { CrowdPlan } from './crowd-plan.js';
import type { Reply } from './reply.js';
import type { Tally } from './tally.js';

/** What the devices of one claimant were granted so far. */
interface Grant {
  readonly digest: string;
  /** Whether an answer came that was not marked as a repeat: devices hear the first one in any order. */
  first: boolean;
}

export class Grants {
  readonly #shared = new Set<number>();
  readonly #granted = new Map<number, Grant>();

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
    const grant = this.#granted.get(owner);
    const repeat = fields === null ? grant !== undefined : fields.replayed === 'true';
    if (grant === undefined) {
      this.#granted.set(owner, { digest, first: !repeat });
      return;
    }
    if (grant.digest === digest && (repeat || !grant.first)) this.tally.replays++;
    else this.tally.grantedAgain++;
    grant.first ||= !repeat;
  }
}
