/** Wires who is asking: the source of a campaign's claimants, and the fields that nobody may take away. */
import type { ClaimantSource } from './claimant/claimant-source.js';
import { createClaimantSource } from './claimant/sources.js';
import type { LoadedConfig } from './config/load.js';
import type { CampaignConfig } from './config/schema.js';
import type { Clock } from './kernel/clock.js';
import type { Logger } from './kernel/logger.js';
import { endToEndFields, type ProtectedFields, protectedFields } from './proxy/connection-options.js';

export interface ClaimantParts {
  readonly campaign: CampaignConfig;
  readonly secretsOf: LoadedConfig['secretsOf'];
  readonly clock: Clock;
  readonly logger: Logger;
}

export function composeClaimants({ campaign, secretsOf, clock, logger }: ClaimantParts): ClaimantSource {
  return createClaimantSource(campaign.claimant, {
    clock,
    secrets: secretsOf(campaign.claimant.keys),
    onFault: (err) => logger.warn({ err, campaign: campaign.id }, 'The public keys of the tokens could not be fetched'),
  });
}

/** The fields that say who is asking stay, whatever a client names in `Connection`. */
export function identityFields({ from, name, jwt }: CampaignConfig['claimant']): ProtectedFields {
  if (from === 'header') return protectedFields([name]);
  if (from === 'jwt' && jwt.token.startsWith('header:')) return protectedFields([jwt.token.slice('header:'.length)]);
  return endToEndFields;
}
