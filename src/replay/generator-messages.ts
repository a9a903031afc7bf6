/** What a burst and its generator processes say to each other. */
import type { BurstOptions } from './burst-options.js';
import type { Share } from './generator.js';
import type { Glance } from './progress.js';
import type { TallySnapshot } from './tally-snapshot.js';

export type ToGenerator =
  | { readonly kind: 'order'; readonly options: BurstOptions; readonly share: Share }
  /** @member atMs - wall clock of the machine both run on */
  | { readonly kind: 'start'; readonly atMs: number };

export type FromGenerator =
  | { readonly kind: 'ready' }
  | { readonly kind: 'glance'; readonly glance: Glance }
  | { readonly kind: 'done'; readonly tally: TallySnapshot }
  | { readonly kind: 'failed'; readonly reason: string };
