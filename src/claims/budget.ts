/** What the ledger's figures mean for people who wait and for whoever asks how much is left. */
import type { ClaimsView } from '../admission/exchange.js';

/** Whether the budget is gone for good: by the service's or an operator's word, or because all of it is granted. */
export function isSoldOut(view: ClaimsView, budget: number | null): boolean {
  return view.soldOut % 2 === 1 || (budget !== null && view.granted >= budget);
}

/** Claims that may still be granted; null where the gateway does not count them. */
export function remainingOf(view: ClaimsView, budget: number | null): number | null {
  return budget === null ? null : Math.max(0, budget - view.granted);
}

/** Units that nobody holds: what people who still wait can hope for. */
export function unitsFree(view: ClaimsView, budget: number): number {
  return Math.max(0, budget - view.granted - view.held - view.lost);
}

/**
 * Whether somebody at `position` will find something left, should every open claim be granted.
 * @returns null without a budget
 */
export function chanceOf(position: number, view: ClaimsView, budget: number | null): 'likely' | 'unlikely' | null {
  if (budget === null) return null;
  return position <= unitsFree(view, budget) ? 'likely' : 'unlikely';
}

/** The remaining budget as the public is told it: not, to one digit, or exactly. */
export function publishedRemaining(remaining: number | null, how: 'none' | 'coarse' | 'exact'): number | null {
  if (remaining === null || how === 'none') return null;
  if (how === 'exact' || remaining < 10) return remaining;
  const unit = 10 ** Math.floor(Math.log10(remaining));
  return Math.floor(remaining / unit) * unit;
}
