/** What may happen to a line, step by step, and of which kinds lines are. */
import fc from 'fast-check';

export type Step =
  | { readonly kind: 'ask'; readonly who: number; readonly second: boolean; readonly ask: 'claim' | 'join' | 'find' }
  | { readonly kind: 'answer'; readonly who: number; readonly final: boolean }
  | { readonly kind: 'leave'; readonly who: number }
  | { readonly kind: 'advance'; readonly ms: number; readonly second: boolean }
  | { readonly kind: 'rate'; readonly perSecond: number }
  | { readonly kind: 'kill'; readonly second: boolean }
  | { readonly kind: 'pause' | 'flush' | 'reset' | 'end-sessions' };

export interface Kind {
  readonly lottery: boolean;
  readonly sessions: boolean;
}

const who = fc.nat(7);
const second = fc.boolean();
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({ kind: fc.constant('ask' as const), who, second, ask: fc.constant('claim' as const) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      who,
      second,
      ask: fc.constantFrom('join' as const, 'find' as const),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('answer' as const), who, final: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(3, 20, 100, 100, 900), second }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rate' as const), perSecond: fc.constantFrom(100, 20, 500) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'pause' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('flush' as const, 'reset' as const, 'end-sessions' as const) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const), second }) },
);

export const steps = fc.array(step, { minLength: 20, maxLength: 120 });

export const kinds: fc.Arbitrary<Kind> = fc.record({ lottery: fc.boolean(), sessions: fc.boolean() });
