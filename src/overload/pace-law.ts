/**
 * How the pace of a campaign follows its service. Judged every half second from what all gateways have seen of it:
 *
 *   more than a tenth dropped ──▶ less by that share, at most by half
 *   slots are what holds the door up, nearly all of the time ──▶ a quarter above what really went through
 *   served, or nobody there to be served ──▶ more by a quarter, and a twentieth of the configured pace
 *
 * A lower pace is always safe. Whole numbers, so that `pace.lua` comes to the same.
 */

export interface PaceSettings {
  readonly enabled: boolean;
  /** Claims per 1,000 seconds. */
  readonly configuredMilli: number;
  readonly leastMilli: number;
}

export interface PaceState {
  /** Claims per 1,000 seconds; 0: as configured. */
  rateMilli: number;
  revision: number;
  /** Since when the following are counted, in microseconds; 0: not yet. */
  sinceUs: number;
  served: number;
  dropped: number;
  ticks: number;
  starvedTicks: number;
  /** Claims ever entered, when the count began. */
  enteredBefore: number;
  /** A permit was there for the taking, and no slot for it, since the last tick. */
  starved: boolean;
  /** Until when the service wants to be left alone, in microseconds. */
  restUntilUs: number;
}

export interface PaceFacts {
  readonly nowUs: number;
  /** Claims that ever entered. */
  readonly entered: number;
  readonly waiting: number;
}

const WINDOW_US = 500_000;
/** Fewer answers than this are judged only after `PATIENCE_US`. */
const FEW_ANSWERS = 5;
const PATIENCE_US = 2_000_000;
const LEAST_DROPS = 2;
const DROPS_OF = 10;
const STARVED_OF_TEN = 8;
const LEAST_TICKS = 3;

export function noPace(): PaceState {
  return {
    rateMilli: 0,
    revision: 0,
    sinceUs: 0,
    served: 0,
    dropped: 0,
    ticks: 0,
    starvedTicks: 0,
    enteredBefore: 0,
    starved: false,
    restUntilUs: 0,
  };
}

/** To be called at every tick. */
export function followHealth(state: PaceState, settings: PaceSettings, facts: PaceFacts): void {
  if (!settings.enabled) {
    if (state.rateMilli !== 0) setPace(state, 0);
    return;
  }
  state.ticks++;
  if (state.starved) state.starvedTicks++;
  state.starved = false;
  if (state.sinceUs === 0) begin(state, facts);
  const sinceUs = facts.nowUs - state.sinceUs;
  const answers = state.served + state.dropped;
  if (sinceUs < WINDOW_US || (answers < FEW_ANSWERS && sinceUs < PATIENCE_US)) return;
  const pace = Math.max(settings.leastMilli, nextPace(state, settings, facts, sinceUs));
  const next = pace >= settings.configuredMilli ? 0 : pace;
  if (next !== state.rateMilli) setPace(state, next);
  begin(state, facts);
}

function nextPace(state: PaceState, { configuredMilli }: PaceSettings, facts: PaceFacts, sinceUs: number): number {
  const { served, dropped, ticks, starvedTicks } = state;
  const answers = served + dropped;
  const now = state.rateMilli === 0 ? configuredMilli : Math.min(state.rateMilli, configuredMilli);
  const half = Math.floor(now / 2);
  if (dropped >= LEAST_DROPS && dropped * DROPS_OF > answers) {
    return Math.max(half, Math.floor((now * served) / answers));
  }
  if (ticks >= LEAST_TICKS && starvedTicks * 10 >= ticks * STARVED_OF_TEN) {
    const passed = facts.entered - state.enteredBefore;
    return passed === 0 ? now : Math.max(half, Math.floor((passed * 1_250_000_000) / sinceUs));
  }
  if (served === 0 && facts.waiting > 0) return now;
  return now + Math.floor(now / 4) + Math.floor(configuredMilli / 20);
}

function begin(state: PaceState, { nowUs, entered }: PaceFacts): void {
  state.sinceUs = nowUs;
  state.enteredBefore = entered;
  state.served = state.dropped = state.ticks = state.starvedTicks = 0;
}

function setPace(state: PaceState, rateMilli: number): void {
  state.rateMilli = rateMilli;
  state.revision++;
}
