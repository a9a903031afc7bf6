import { decay } from './curve.js';
import { PLAIN, type Profile } from './profile.js';

/** One advertisement on television, a code on the screen for a minute, and nobody has been here before. */
export const tvMinute: Profile = {
  ...PLAIN,
  name: 'tv-minute',
  summary: 'an advertisement with a code on the screen: one minute, new clients only',
  source: 'Coinbase, Super Bowl 2022: 20 million hits within a minute',
  assumptions: 'The rise of 8 s and the decay of 120 s; one in ten looks once and does not come when called.',
  seconds: 600,
  mix: { obedient: 0.9, absent: 0.1 },
  rate(second) {
    if (second < 8) return second / 8;
    return second < 60 ? 1 : decay(second - 60, 120);
  },
};
