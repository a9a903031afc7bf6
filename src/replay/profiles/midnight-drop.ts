import { decay } from './curve.js';
import { PLAIN, type Profile } from './profile.js';

const T0 = 300;
const BASE = 0.02;

/** A shopping festival opens at midnight: a short run-up, a jump, and the peak 26 s later. */
export const midnightDrop: Profile = {
  ...PLAIN,
  name: 'midnight-drop',
  summary: 'a festival opens at midnight: a jump, the peak 26 s later, a long tail',
  source: 'Alibaba, Double 11 2020: 583,000 orders a second at the peak, 26 s after midnight',
  assumptions: 'The run-up (e-fold in 30 s), the jump to 0.45 and both decays (45 s and 600 s).',
  seconds: 1800,
  opensAtSeconds: T0,
  peakToMean: 6.7,
  rate(second) {
    const since = second - T0;
    if (since < 0) return BASE + (0.45 - BASE) * Math.exp(since / 30);
    if (since < 26) return 0.45 + (0.55 * since) / 26;
    if (since < 36) return 1;
    const tail = since - 36;
    return BASE + (1 - BASE) * (0.7 * decay(tail, 45) + 0.3 * decay(tail, 600));
  },
};
