/** What everybody who asks about a line at one moment is told alike: gateways and simulations tell it by this. */
import { crowdStretch, type PollSettings } from './poll-schedule.js';
import { type LineView, type StandingSettings, waitingIn } from './standing.js';

export interface LineMoment {
  readonly view: LineView;
  readonly standing: StandingSettings;
  readonly poll: PollSettings;
  readonly waiting: number;
  /** How much longer than usual the crowd is told to wait between polls. */
  readonly stretch: number;
}

export function lineMoment(view: LineView, standing: StandingSettings, poll: PollSettings): LineMoment {
  const waiting = waitingIn(view);
  const pace = standing.recentPace.orBetter(view.callsPerSecond || standing.ratePerSecond);
  return { view, standing, poll, waiting, stretch: crowdStretch(waiting, pace, view.gateways, poll) };
}
