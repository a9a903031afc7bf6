/** Single places in a campaign's line, as operators ask for them. */
export type PlaceSought = { readonly ticket: string } | { readonly claimant: string };

/** A place as its owner is told of it, without the ticket. */
export interface PlaceFound {
  readonly state: string;
  readonly epoch: number;
  readonly number: number | null;
  readonly position: number | null;
  readonly etaSeconds: { readonly min: number; readonly max: number } | null;
  readonly chance: string | null;
  /** Calls that its owner let pass. */
  readonly missedCalls: number;
}

export type PlaceFinding =
  | { readonly kind: 'found'; readonly place: PlaceFound }
  | { readonly kind: 'none' | 'not-a-ticket' | 'outdated' };

export type SessionEnding =
  /** Over at this gateway, and soon everywhere; of a claimant it is not known whether there was a session. */
  { readonly kind: 'done' } | { readonly kind: 'no-sessions' | 'not-a-session' | 'not-a-ticket' | 'outdated' };

/** Single places of one campaign. Each method throws StoreUnavailableError when the store does not answer. */
export interface PlaceDesk {
  find(sought: PlaceSought): Promise<PlaceFinding>;
  /** Takes the place away; whoever had it may join again, at the end. @returns whether there was one */
  evict(claimant: string): Promise<boolean>;
  /** Needs no store: it hears of it with the next call that it answers. */
  endSession(sought: PlaceSought): SessionEnding;
}
