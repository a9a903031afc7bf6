/** What a profile has happen to the service, on the burst's own scale of time. */
import type { Faults } from '../sample/faults.js';
import type { BurstOptions } from './burst-options.js';
import { profileOf } from './plan-of.js';

export interface ServiceEvent {
  /** From the start of the burst, in milliseconds. */
  readonly atMs: number;
  /** All faults from then on; what is not named is healthy. */
  readonly faults: Partial<Faults>;
}

export function serviceEvents(options: BurstOptions): ServiceEvent[] {
  const profile = profileOf(options);
  if (profile === null) return [];
  const { outage, prizesPerPerson, seconds } = profile;
  const scale = (1000 * options.overSeconds) / seconds;
  const prizes = prizesOf(options);
  const healthy: Partial<Faults> = prizes === null ? {} : { soldOutAfter: prizes };
  const events: ServiceEvent[] = prizesPerPerson === null ? [] : [{ atMs: 0, faults: healthy }];
  if (outage !== null) {
    const failing = { ...healthy, failShare: 1, status: 503 };
    events.push({ atMs: outage.atSeconds * scale, faults: failing });
    events.push({ atMs: (outage.atSeconds + outage.forSeconds) * scale, faults: healthy });
  }
  return events;
}

/** Prizes there are for this many people; null: enough for everybody. */
export function prizesOf(options: BurstOptions): number | null {
  const profile = profileOf(options);
  if (profile === null || profile.prizesPerPerson === null) return null;
  return Math.max(1, Math.round(options.people * profile.prizesPerPerson));
}
