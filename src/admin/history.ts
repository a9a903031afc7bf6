/**
 * The last quarter of an hour of every campaign, so that whoever opens the operator page sees where things come from.
 * Rates are this gateway's own; the number waiting is the line's.
 */
import type { Clock, Timer } from '../kernel/clock.js';
import { waitingIn } from '../waiting-room/standing.js';
import type { OperatedCampaign } from './amendments.js';

export const SAMPLE_MS = 5000;
const SAMPLES = (15 * 60_000) / SAMPLE_MS;

/** What a campaign counted at this gateway since it started. */
export interface CampaignTotals {
  readonly offered: number;
  readonly admitted: number;
  /** Handed over and not answered as it should be. */
  readonly failed: number;
}

/** Unix seconds, people waiting (null: not known), and per second: claims offered, admitted, failed. */
export type Sample = readonly [at: number, waiting: number | null, offered: number, admitted: number, failed: number];

export interface HistoryOptions {
  readonly clock: Clock;
  /** The campaigns in force. */
  readonly campaigns: () => Iterable<Pick<OperatedCampaign, 'id' | 'link'>>;
  readonly totals: (campaign: string) => CampaignTotals;
}

interface Track {
  readonly samples: Sample[];
  before: CampaignTotals;
  beforeUs: number;
}

export class History {
  readonly #tracks = new Map<string, Track>();
  readonly #listeners = new Set<() => void>();
  #timer: Timer | null = null;

  constructor(private readonly options: HistoryOptions) {}

  start(): void {
    this.#sample();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Told after each sample. @returns ends it */
  onSample(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Oldest first. */
  samplesOf(campaign: string): readonly Sample[] {
    return this.#tracks.get(campaign)?.samples ?? [];
  }

  readonly #sample = (): void => {
    const { clock, campaigns } = this.options;
    const there = new Set<string>();
    for (const campaign of campaigns()) {
      there.add(campaign.id);
      this.#take(campaign);
    }
    for (const id of this.#tracks.keys()) if (!there.has(id)) this.#tracks.delete(id);
    for (const listener of this.#listeners) listener();
    this.#timer = clock.after(SAMPLE_MS, this.#sample);
  };

  #take({ id, link }: Pick<OperatedCampaign, 'id' | 'link'>): void {
    const { clock, totals } = this.options;
    const nowUs = clock.monotonicUs();
    const now = totals(id);
    const track = this.#tracks.get(id);
    if (track === undefined) {
      this.#tracks.set(id, { samples: [], before: now, beforeUs: nowUs });
      return;
    }
    const { before } = track;
    const seconds = Math.max(0.001, (nowUs - track.beforeUs) / 1e6);
    const rate = (name: keyof CampaignTotals): number => Math.round(((now[name] - before[name]) / seconds) * 10) / 10;
    const waiting = link.view === null ? null : waitingIn(link.view);
    track.samples.push([Math.round(clock.wallMs() / 1000), waiting, rate('offered'), rate('admitted'), rate('failed')]);
    if (track.samples.length > SAMPLES) track.samples.shift();
    track.before = now;
    track.beforeUs = nowUs;
  }
}
