/**
 * When a campaign is open: a pure function of the plan, the operator's word, the budget and the time.
 *
 *   scheduled ──prequeueAt──▶ prequeue ──opensAt──▶ open ──closesAt──▶ ended
 *       └────────────────opensAt──────────────────▶  │
 *                                         operator   │   budget gone, or operator
 *                                    paused ◀────────┴────────▶ sold-out ──closesAt──▶ ended
 *
 * - Without `opensAt` a campaign is open from the start; without `closesAt` it never ends by itself.
 * - Override `open` puts the plan's times aside, before the opening and after the end. It cannot bring back a budget.
 * - Override `paused` holds back what would be open. It neither opens before time nor keeps open after.
 * - Override `ended` and `sold-out` hold from now on, whatever the plan says; `ended` before `sold-out`.
 */

export type CampaignState = 'scheduled' | 'prequeue' | 'open' | 'paused' | 'sold-out' | 'ended';

/** What an operator may say; null: the plan decides. */
export type StateOverride = 'open' | 'paused' | 'sold-out' | 'ended' | null;

/** Milliseconds since the Unix epoch. */
export interface Schedule {
  readonly prequeueAtMs: number | null;
  readonly opensAtMs: number | null;
  readonly closesAtMs: number | null;
}

/** The `schedule` of a campaign's configuration, as far as it says when. */
export interface ScheduleSettings {
  readonly prequeueAt: string | null;
  readonly opensAt: string | null;
  readonly closesAt: string | null;
}

/** @throws RangeError when an instant is no ISO 8601 date and time */
export function compileSchedule(settings: ScheduleSettings): Schedule {
  return {
    prequeueAtMs: instantMs(settings.prequeueAt),
    opensAtMs: instantMs(settings.opensAt),
    closesAtMs: instantMs(settings.closesAt),
  };
}

/**
 * The state at one moment. A state begins at its instant, to the millisecond.
 * @param soldOut - whether the budget is gone
 */
export function stateAt(schedule: Schedule, override: StateOverride, nowMs: number, soldOut: boolean): CampaignState {
  if (override === 'ended') return 'ended';
  const planned = override === 'open' ? 'open' : plannedAt(schedule, nowMs);
  if (planned === 'ended') return 'ended';
  if (override === 'sold-out' || soldOut) return 'sold-out';
  return planned === 'open' && override === 'paused' ? 'paused' : planned;
}

/** Milliseconds until the opening, in a state before it; 0 in any other. @param state - is asked only before `opensAt` */
export function opensInMs({ opensAtMs }: Schedule, state: () => CampaignState, nowMs: number): number {
  if (opensAtMs === null || opensAtMs <= nowMs) return 0;
  const now = state();
  return now === 'prequeue' || now === 'scheduled' ? opensAtMs - nowMs : 0;
}

/**
 * The next moment at which `stateAt` gives another state if neither override nor budget change, in milliseconds
 * since the epoch; null when none will come.
 */
export function nextChangeAt(
  schedule: Schedule,
  override: StateOverride,
  nowMs: number,
  soldOut: boolean,
): number | null {
  const current = stateAt(schedule, override, nowMs, soldOut);
  let next: number | null = null;
  for (const atMs of [schedule.prequeueAtMs, schedule.opensAtMs, schedule.closesAtMs]) {
    if (atMs === null || atMs <= nowMs || (next !== null && atMs >= next)) continue;
    if (stateAt(schedule, override, atMs, soldOut) !== current) next = atMs;
  }
  return next;
}

function plannedAt(schedule: Schedule, nowMs: number): 'scheduled' | 'prequeue' | 'open' | 'ended' {
  const { prequeueAtMs, opensAtMs, closesAtMs } = schedule;
  if (closesAtMs !== null && nowMs >= closesAtMs) return 'ended';
  if (opensAtMs === null || nowMs >= opensAtMs) return 'open';
  return prequeueAtMs !== null && nowMs >= prequeueAtMs ? 'prequeue' : 'scheduled';
}

function instantMs(instant: string | null): number | null {
  if (instant === null) return null;
  const ms = Date.parse(instant);
  if (Number.isNaN(ms)) throw new RangeError(`${JSON.stringify(instant)} is no ISO 8601 date and time`);
  return ms;
}
