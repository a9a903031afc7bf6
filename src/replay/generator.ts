/** Moves one process's part of a burst. */
import type { Clock } from '../kernel/clock.js';
import { type BurstOptions, claimantName } from './burst-options.js';
import { Crowd } from './crowd.js';
import type { CrowdPlan } from './crowd-plan.js';
import { HttpTransport } from './http-transport.js';
import { invitationsOf } from './plan-of.js';
import { seededRandom } from './seeded-random.js';
import type { Tally } from './tally.js';
import type { Transport } from './transport.js';

/** Every `of`-th claimant, counted from `part`, with all devices. */
export interface Share {
  readonly part: number;
  readonly of: number;
}

export const WHOLE: Share = { part: 0, of: 1 };

/** @param startUs - the start of the burst on the clock's monotonic scale; left out: now */
export async function generate(
  options: BurstOptions,
  plan: CrowdPlan,
  share: Share,
  clock: Clock,
  tally: Tally,
  startUs?: number,
): Promise<void> {
  const transport = new HttpTransport({
    origins: options.targets.map(({ url }) => url),
    timeoutMs: options.requestTimeoutMs,
    maxConnections: options.maxConnections,
    form: {
      claimPath: options.claimPath,
      ticketsPath: `${options.basePath}/${options.campaign}/tickets`,
      claimantHeader: options.claimantHeader,
      idempotencyKeys: options.idempotencyKeys,
    },
  });
  const crowd = gather(options, plan, share, transport, clock, tally, startUs);
  // Neither the clock's timers nor idle connections keep the process alive while everybody waits.
  const alive = setInterval(() => undefined, 60_000);
  try {
    await crowd.run();
  } finally {
    clearInterval(alive);
    await transport.close();
  }
}

/** The crowd of a burst before any transport and on any clock. */
export function gather(
  options: BurstOptions,
  plan: CrowdPlan,
  share: Share,
  transport: Transport,
  clock: Clock,
  tally: Tally,
  startUs?: number,
): Crowd {
  const { seed, patienceMs } = options;
  return new Crowd(
    {
      plan,
      claimantOf: (person) => claimantName(options, person),
      patienceMs,
      random: seededRandom((seed ^ 0x27d4eb2f) + share.part),
      takesPart: (person) => (plan.claimant[person] as number) % share.of === share.part,
      invitations: invitationsOf(options),
    },
    transport,
    clock,
    tally,
    startUs,
  );
}
