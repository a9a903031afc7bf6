import { decay } from './curve.js';
import { PLAIN, type Profile } from './profile.js';

const BASE = 0.005;
const AMPLITUDES = [0.35, 0.5, 1, 0.6];
const SECONDS = 4800;
const APART = SECONDS / AMPLITUDES.length;

/** A television gala calls its audience four times; whoever does not win shakes on without a pause. */
export const galaWaves: Profile = {
  ...PLAIN,
  name: 'gala-waves',
  summary: 'four waves on cue from a television gala, most of them retrying at once',
  source: 'WeChat, Spring Festival gala 2015: 810 million shakes in the peak minute, peak/mean 21',
  assumptions: 'Four equal pauses in 80 minutes; the decay of 45 s; four in five repeat without a pause.',
  seconds: SECONDS,
  peakToMean: 22.8,
  mix: { retrying: 0.8, obedient: 0.2 },
  rate(second) {
    const sum = AMPLITUDES.reduce((rate, high, at) => rate + high * wave(second - APART * (at + 0.25)), 0);
    return Math.min(1, BASE + (1 - BASE) * sum);
  },
};

/** Rises within 3 s, holds for 30, and decays. */
function wave(since: number): number {
  if (since < 0) return 0;
  if (since < 3) return since / 3;
  return since < 33 ? 1 : decay(since - 33, 45);
}
