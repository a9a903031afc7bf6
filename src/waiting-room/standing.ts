/**
 * Where somebody stands, as far as this gateway knows without asking: the comparison of a place with the last view
 * of the line. It costs no store call, whatever the crowd.
 *
 *   waiting ──the head passes──▶ called ──grace over──▶ lapsed
 */
import type { Place } from './place.js';

/** The line as last seen. */
export interface LineView {
  readonly epoch: number;
  readonly heads: readonly [number, number];
  readonly tails: readonly [number, number];
  readonly lapsed: readonly [number, number];
  readonly lineMs: number;
  readonly atDoor: number;
  readonly callsPerSecond: number;
  readonly gateways: number;
}

export type Standing =
  | { readonly kind: 'waiting'; readonly position: number; readonly waitMs: number }
  /** @member doorMs - how long whoever stands at the door now will keep it busy */
  | { readonly kind: 'called'; readonly doorMs: number }
  | { readonly kind: 'lapsed' };

/**
 * @param toldMs - when the owner was told of the call, on the line's clock; 0: not yet
 * @param ratePerSecond - what to count with while nobody was called yet
 */
export function standingOf(
  place: Place,
  toldMs: number,
  view: LineView,
  graceMs: number,
  ratePerSecond: number,
): Standing {
  const pace = view.callsPerSecond > 0 ? view.callsPerSecond : ratePerSecond;
  if (place.number > view.heads[place.line]) {
    const returning = view.tails[1] - view.heads[1];
    const position = place.number - view.heads[place.line] + (place.line === 0 ? returning : 0);
    return { kind: 'waiting', position, waitMs: (position / pace) * 1000 };
  }
  if (place.number <= view.lapsed[place.line] && (toldMs === 0 || toldMs + graceMs < view.lineMs)) {
    return { kind: 'lapsed' };
  }
  return { kind: 'called', doorMs: (view.atDoor / pace) * 1000 };
}

export function waitingIn(view: LineView): number {
  return view.tails[0] - view.heads[0] + view.tails[1] - view.heads[1];
}
