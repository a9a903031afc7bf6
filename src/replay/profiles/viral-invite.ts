import { decay } from './curve.js';
import { PLAIN, type Profile } from './profile.js';

const HOUR = 3600;

/** A gift that invites: it spreads over a morning, and once more in the evening. */
export const viralInvite: Profile = {
  ...PLAIN,
  name: 'viral-invite',
  summary: 'an offer spreads by invitation over nine hours, with an evening hump',
  source:
    'Alibaba Qwen, February 2026: 1 million orders in the first 3 h, 10 million in 9 h; the service was down from 10:00 to 12:00',
  assumptions:
    'The hours after the third see 4.8 times as many people an hour as those before. The times of the logistic rise, of the decline and of the hump. A fifth of the reachable people comes by itself; a success invites 1.2 on average, each a person drawn from all, so that the spread ends by itself.',
  seconds: 9 * HOUR,
  invitations: { mean: 1.2, cap: 21, organicShare: 0.2, delaySeconds: 600 },
  rate(second) {
    const hour = second / HOUR;
    const grown = 1 / (1 + Math.exp(-(hour - 2.9) / 0.55));
    const declined = hour < 4.75 ? 1 : 0.35 + 0.65 * decay(hour - 4.75, 1.5);
    const hump = 0.3 * Math.exp(-(((hour - 8) / 0.6) ** 2));
    return (grown * declined + hump) / 0.9666;
  },
};
