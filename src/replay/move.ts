/** What a person does next, and how its burst ends. */

export type End =
  | { readonly kind: 'granted' }
  /** A final answer other than a grant. */
  | { readonly kind: 'refused'; readonly code: string }
  /** Was called and, as planned, did not come. */
  | { readonly kind: 'no-show' }
  /** Gave its place up, as planned. */
  | { readonly kind: 'left' }
  /** Claimed with an altered ticket, and was not let in. */
  | { readonly kind: 'caught'; readonly code: string }
  /** Ran out of patience; `code` is what kept it from a final answer last. */
  | { readonly kind: 'gave-up'; readonly code: string };

export type Step = 'claim' | 'poll' | 'leave';

export type Move = { readonly kind: Step; readonly afterMs: number } | { readonly kind: 'stop'; readonly end: End };
