import { decay } from './curve.js';
import { PLAIN, type Profile } from './profile.js';

const EVERY = 300;
const BASE = 0.05;

/** Returned tickets come back on sale every five minutes, a few at a time. */
export const slotRelease: Profile = {
  ...PLAIN,
  name: 'slot-release',
  summary: 'a spike every five minutes for a tiny stock, with people who refresh all the time',
  source: '12306, the railway ticket service: returned tickets are released on the minute, refreshers never stop',
  assumptions: 'The decay of 15 s after each release and the base of 0.05; one in three refreshes without a pause.',
  seconds: 1500,
  mix: { obedient: 0.5, retrying: 0.3, impatient: 0.2 },
  prizesPerPerson: 0.02,
  rate(second) {
    return BASE + (1 - BASE) * decay(second % EVERY, 15);
  },
};
