import { decay } from './curve.js';
import { PLAIN, type Profile } from './profile.js';

const OPENS = 900;

/** A sale that opens at a known time: people and bots gather before it. */
export const onsalePrequeueBots: Profile = {
  ...PLAIN,
  name: 'onsale-prequeue-bots',
  summary: 'a quarter of an hour of pre-queue, a step at the opening, a third of it bots',
  source:
    'Ticketmaster, November 2022: 3.5 billion requests; Nike and EQL: shares of bots in limited releases; 250 requests a visitor',
  assumptions: 'The flat tenth before the opening and the decay of 300 s; a bot asks every 0.5 to 1 s.',
  seconds: 2400,
  opensAtSeconds: OPENS,
  mix: { obedient: 0.6, bot: 0.34, forging: 0.02, devices: 0.04 },
  rate(second) {
    if (second < OPENS) return 0.1;
    return second < OPENS + 60 ? 1 : decay(second - OPENS - 60, 300);
  },
};
