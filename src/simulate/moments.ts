/** What a gateway of a simulation says to everybody alike who asks at one moment: looked up once, told thousands of times. */
import type { CampaignRooms } from '../admission/campaign-rooms.js';
import type { EffectiveSettings } from '../campaign/overrides.js';
import type { Clock } from '../kernel/clock.js';
import { type LineMoment, lineMoment } from '../waiting-room/line-moment.js';
import type { LineView } from '../waiting-room/standing.js';

export interface Moment extends LineMoment {
  readonly atUs: number;
  readonly effective: EffectiveSettings;
  /** Sold out or ended. */
  readonly isOver: boolean;
}

export class Moments {
  #last: Moment | null = null;

  constructor(
    private readonly rooms: Pick<CampaignRooms, 'live' | 'recentPace' | 'over' | 'opensInMs'> & {
      readonly link: Pick<CampaignRooms['link'], 'view' | 'touch'>;
    },
    private readonly clock: Pick<Clock, 'monotonicUs'>,
  ) {}

  /** Somebody asks now. */
  now(): Moment {
    const { link, live } = this.rooms;
    const atUs = this.clock.monotonicUs();
    const last = this.#last;
    if (last !== null && last.atUs === atUs && last.view === link.view && last.effective === live.effective)
      return last;
    link.touch();
    this.#last = this.#look(atUs, link.view as LineView, live.effective);
    return this.#last;
  }

  #look(atUs: number, line: LineView, effective: EffectiveSettings): Moment {
    const { recentPace } = this.rooms;
    const { queue, admission } = effective.campaign;
    const openInMs = this.rooms.opensInMs();
    const settings = { graceMs: queue.graceMs, ratePerSecond: admission.ratePerSecond, openInMs, recentPace };
    const { view, standing, poll, waiting, stretch } = lineMoment(line, settings, queue.poll);
    return { atUs, effective, isOver: this.rooms.over(), view, standing, poll, waiting, stretch };
  }
}
