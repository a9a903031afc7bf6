/** A campaign's settings of each moment: of its configuration, what operators have set, and what is known of the line. */
import type { EffectiveSettings } from '../campaign/overrides.js';
import { unboundedDoor } from './door-settings.js';
import { lotterySettings } from './lottery-settings.js';
import { type CampaignSettings, campaignSettings } from './settings.js';

/** What the settings depend on. */
interface Moment {
  readonly effective: EffectiveSettings;
  readonly revision: number;
  readonly open: boolean;
  readonly skip: number;
  readonly gateways: number;
  readonly epoch: number;
  /** What the service bears, in claims per 1,000 seconds; 0: as configured. */
  readonly rateMilli: number;
  /** The store is away, and the policy lets everybody in. */
  readonly unbounded: boolean;
}

/** Made anew only when something in them has changed. */
export function settingsThatHold(look: () => Moment, secret: Uint8Array): () => CampaignSettings {
  let of: Moment | null = null;
  let made: CampaignSettings;
  return () => {
    const now = look();
    if (of === null || !isSame(of, now)) {
      const { effective, revision, open, skip, gateways, epoch, rateMilli, unbounded } = now;
      const { campaign, upstream } = effective;
      of = now;
      const lottery = lotterySettings(effective, epoch, secret);
      const pace = { ...campaign.admission, rateMilli };
      made = campaignSettings(campaign, upstream, pace, open, skip, gateways, revision, lottery);
      // The store is told the usual pace all along: it may be back with any call.
      if (unbounded) made = { ...made, door: unboundedDoor(made.door) };
    }
    return made;
  };
}

function isSame(a: Moment, b: Moment): boolean {
  return (
    a.effective === b.effective &&
    a.revision === b.revision &&
    a.open === b.open &&
    a.skip === b.skip &&
    a.gateways === b.gateways &&
    a.epoch === b.epoch &&
    a.rateMilli === b.rateMilli &&
    a.unbounded === b.unbounded
  );
}
