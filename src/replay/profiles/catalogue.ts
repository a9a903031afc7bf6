/** The profiles by name. */
import { galaWaves } from './gala-waves.js';
import { hopelessOdds } from './hopeless-odds.js';
import { midnightDrop } from './midnight-drop.js';
import { onsalePrequeueBots } from './onsale-prequeue-bots.js';
import type { Profile } from './profile.js';
import { retryStorm } from './retry-storm.js';
import { slotRelease } from './slot-release.js';
import { slowFlash } from './slow-flash.js';
import { tvMinute } from './tv-minute.js';
import { viralInvite } from './viral-invite.js';

export const PROFILES: ReadonlyMap<string, Profile> = new Map(
  [
    midnightDrop,
    galaWaves,
    viralInvite,
    tvMinute,
    onsalePrequeueBots,
    slotRelease,
    slowFlash,
    retryStorm,
    hopelessOdds,
  ].map((profile) => [profile.name, profile]),
);
