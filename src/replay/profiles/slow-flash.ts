import { decay } from './curve.js';
import { PLAIN, type Profile } from './profile.js';

const HOUR = 3600;
const BASE = 1 / 2.4;
const RISE = 6 * HOUR;

/** News that spreads over a day: more than usual, and no reason for anybody to be woken. */
export const slowFlash: Profile = {
  ...PLAIN,
  name: 'slow-flash',
  summary: 'news spreads for six hours to 2.4 times the usual; no alarm may fire',
  source: 'Akamai, 2010: news flash crowds that rise over hours, to 2.4 times the usual',
  assumptions: 'The rise is linear; the decay takes 3.2 h to 1/e.',
  seconds: 16 * HOUR,
  rate(second) {
    if (second < RISE) return BASE + ((1 - BASE) * second) / RISE;
    return BASE + (1 - BASE) * decay(second - RISE, 3.2 * HOUR);
  },
};
