/** What a gateway of a simulation says to everybody alike who asks at one moment: looked up once, told thousands of times. */
import type { CampaignRooms } from '../admission/campaign-rooms.js';
import type { EffectiveSettings } from '../campaign/overrides.js';
import type { Clock } from '../kernel/clock.js';
import { crowdStretch, type PollSettings } from '../waiting-room/poll-schedule.js';
import { type LineView, type StandingSettings, waitingIn } from '../waiting-room/standing.js';

export interface Moment {
  readonly atUs: number;
  readonly view: LineView;
  readonly effective: EffectiveSettings;
  /** Sold out or ended. */
  readonly isOver: boolean;
  readonly standing: StandingSettings;
  readonly poll: PollSettings;
  /** How much longer than usual the crowd is told to wait between polls. */
  readonly stretch: number;
  readonly waiting: number;
}

export class Moments {
  #last: Moment | null = null;

  constructor(
    private readonly rooms: CampaignRooms,
    private readonly clock: Clock,
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

  #look(atUs: number, view: LineView, effective: EffectiveSettings): Moment {
    const { recentPace } = this.rooms;
    const { queue, admission } = effective.campaign;
    const { poll, graceMs } = queue;
    const { ratePerSecond } = admission;
    const waiting = waitingIn(view);
    const pace = recentPace.orBetter(view.callsPerSecond || ratePerSecond);
    return {
      atUs,
      view,
      effective,
      isOver: this.rooms.over(),
      standing: { graceMs, ratePerSecond, openInMs: this.rooms.opensInMs(), recentPace },
      poll,
      stretch: crowdStretch(waiting, pace, view.gateways, poll),
      waiting,
    };
  }
}
