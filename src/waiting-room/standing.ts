/**
 * Where somebody stands, as far as this gateway knows without asking: the comparison of a place with the last view
 * of the line. It costs no store call, whatever the crowd.
 *
 *   undrawn ──lots are drawn──▶ waiting ──the head passes──▶ called ──grace over──▶ lapsed
 */
import { type Gap, leftOut } from './gaps.js';
import { type Lottery, turnOf } from './lottery.js';
import { MAIN, type Place, RETURN } from './place.js';
import type { RecentPace } from './recent-pace.js';

/** The line as last seen. */
export interface LineView {
  readonly epoch: number;
  readonly heads: readonly [number, number];
  readonly tails: readonly [number, number];
  readonly lapsed: readonly [number, number];
  readonly gaps: readonly Gap[];
  /** Null where the order is that of joining. */
  readonly lottery: Lottery | null;
  readonly lineMs: number;
  readonly atDoor: number;
  readonly callsPerSecond: number;
  readonly gateways: number;
}

export type Standing =
  /** In a line whose lots are not drawn yet. @member openInMs - time until the opening; 0: any moment now */
  | { readonly kind: 'undrawn'; readonly openInMs: number }
  /**
   * @member waitMs - the wait that remains, at the pace of now
   * @member soonestMs - the same, should the pace be again what it was
   */
  | {
      readonly kind: 'waiting';
      readonly turn: number;
      readonly position: number;
      readonly waitMs: number;
      readonly soonestMs: number;
    }
  /** @member doorMs - how long whoever stands at the door now will keep it busy, should the pace be again what it was */
  | { readonly kind: 'called'; readonly turn: number; readonly doorMs: number }
  | { readonly kind: 'lapsed'; readonly turn: number };

export interface StandingSettings {
  readonly graceMs: number;
  /** What to count with while nobody was called yet. */
  readonly ratePerSecond: number;
  /** Time until the opening, in milliseconds; 0: open. */
  readonly openInMs: number;
  /** The pace by which people are told to come back. */
  readonly recentPace: Pick<RecentPace, 'orBetter'>;
}

/** @param toldMs - when the owner was told of the call, on the line's clock; 0: not yet */
export function standingOf(place: Place, toldMs: number, view: LineView, settings: StandingSettings): Standing {
  const { graceMs, ratePerSecond, openInMs, recentPace } = settings;
  const turn = turnOf(place, view.lottery);
  if (turn === null) return { kind: 'undrawn', openInMs };
  const pace = view.callsPerSecond > 0 ? view.callsPerSecond : ratePerSecond;
  const best = recentPace.orBetter(pace);
  const head = view.heads[place.line];
  if (turn > head) {
    const own = turn - head - leftOut(view.gaps, place.line, head, turn);
    const position = Math.max(1, own + (place.line === MAIN ? waitingInLine(view, RETURN) : 0));
    const waitMs = openInMs + (position / pace) * 1000;
    return { kind: 'waiting', turn, position, waitMs, soonestMs: openInMs + (position / best) * 1000 };
  }
  if (turn <= view.lapsed[place.line] && (toldMs === 0 || toldMs + graceMs < view.lineMs)) {
    return { kind: 'lapsed', turn };
  }
  return { kind: 'called', turn, doorMs: (view.atDoor / Math.min(best, ratePerSecond)) * 1000 };
}

export function waitingIn(view: LineView): number {
  return waitingInLine(view, MAIN) + waitingInLine(view, RETURN);
}

function waitingInLine({ heads, tails, gaps }: LineView, line: 0 | 1): number {
  return tails[line] - heads[line] - leftOut(gaps, line, heads[line], tails[line]);
}
