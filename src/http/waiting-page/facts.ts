/** What the waiting page is told of one person and one campaign. */
import type { CampaignState } from '../../campaign/schedule.js';
import type { TicketDocument } from '../../waiting-room/ticket-document.js';

export interface WaitingPageFacts {
  /** One of those the page has, from `negotiatePage`. */
  readonly language: string;
  readonly campaign: {
    /** As people know it. */
    readonly name: string;
    readonly state: CampaignState;
    /** ISO 8601. */
    readonly opensAt: string | null;
  };
  /** Null for who is not in line. */
  readonly ticket: TicketDocument | null;
  /** When to ask again without a ticket, in milliseconds, jittered; with one, its `pollAfterMs` says it. */
  readonly askAgainMs: number;
  readonly urls: WaitingPageUrls;
  /** Where a device that is not known yet gets the work that makes it known; null: nowhere. */
  readonly challenge: string | null;
  /** Whether the page goes on by itself when called; only where that is the claim itself, by GET. */
  readonly continuesByItself: boolean;
}

/** Paths on this origin. What is no such path is left out of the page, form or link with it. */
export interface WaitingPageUrls {
  /** The campaign document. */
  readonly status: string;
  /** The ticket document; DELETE gives the place up. */
  readonly ticket: string;
  /** POST by a form joins the line and comes back by 303 See Other. */
  readonly join: string;
  /** POST by a form gives the place up and comes back by 303 See Other. */
  readonly leave: string;
  /** Where a called person goes on, from `returnPath`; null where there is none. */
  readonly next: string | null;
}

/**
 * @param basePath - `server.basePath`
 * @param next - from `returnPath`; carried along, so that the forms come back to a page that still knows it
 */
export function waitingPageUrls(basePath: string, campaign: string, next: string | null): WaitingPageUrls {
  const line = `${basePath}/${encodeURIComponent(campaign)}`;
  const query = next === null ? '' : `?return=${encodeURIComponent(next)}`;
  return {
    status: `${line}/status.json`,
    ticket: `${line}/tickets/me`,
    join: `${line}/tickets${query}`,
    leave: `${line}/leave${query}`,
    next,
  };
}
