import { decay } from './curve.js';
import { PLAIN, type Profile } from './profile.js';

/** Ten thousand people for every prize: nearly all there is to do is to say so, kindly and fast. */
export const hopelessOdds: Profile = {
  ...PLAIN,
  name: 'hopeless-odds',
  summary: 'ten thousand people for each prize: gone at once, and everybody must be told',
  source: 'Cricket World Cup 2011: about ten million people for a thousand tickets of the final',
  assumptions: 'The rise of 5 s and the decay of 90 s.',
  seconds: 600,
  mix: { obedient: 0.8, impatient: 0.2 },
  prizesPerPerson: 0.0001,
  rate(second) {
    return second < 5 ? second / 5 : decay(second - 5, 90);
  },
};
