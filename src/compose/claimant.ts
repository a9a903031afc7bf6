/** Wires who is asking: the source of a campaign's claimants, and the fields that nobody may take away. */
import { hkdfSync } from 'node:crypto';
import type { ClaimantSource } from '../claimant/claimant-source.js';
import { DeviceCookies } from '../claimant/device-cookies.js';
import { ProofOfWork } from '../claimant/proof-of-work.js';
import { createClaimantSource } from '../claimant/sources.js';
import type { LoadedConfig } from '../config/load.js';
import type { CampaignConfig, Config } from '../config/schema.js';
import { DeviceDesk } from '../http/device-desk.js';
import type { Clock } from '../kernel/clock.js';
import type { Logger } from '../kernel/logger.js';
import { endToEndFields, type ProtectedFields, protectedFields } from '../proxy/connection-options.js';
import { IdentityField } from '../proxy/identity-field.js';
import type { TicketKey } from '../waiting-room/tickets.js';

export interface ClaimantParts {
  readonly campaign: CampaignConfig;
  readonly server: Config['server'];
  /** Of tickets. */
  readonly keys: readonly TicketKey[];
  readonly secretsOf: LoadedConfig['secretsOf'];
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface ComposedClaimants {
  readonly source: ClaimantSource;
  /** Null where something else says who is asking. */
  readonly devices: DeviceDesk | null;
}

export function composeClaimants(parts: ClaimantParts): ComposedClaimants {
  const { campaign, secretsOf, clock, logger } = parts;
  const devices = composeDevices(parts);
  const source = createClaimantSource(campaign.claimant, {
    clock,
    secrets: secretsOf(campaign.claimant.keys),
    devices: devices?.cookies ?? null,
    onFault: (err) => logger.warn({ err, campaign: campaign.id }, 'The public keys of the tokens could not be fetched'),
  });
  return { source, devices };
}

function composeDevices({ campaign: { id, claimant }, server, keys, clock }: ClaimantParts): DeviceDesk | null {
  if (claimant.from !== 'device') return null;
  const { proofOfWork, cost, maxAgeSeconds } = claimant.device;
  const cookies = new DeviceCookies({ campaign: id, secure: server.tls !== null, keys, maxAgeSeconds, clock });
  // Of the key that stays longest, so that a rotation refuses no challenge that is being solved.
  const secret = Buffer.from(hkdfSync('sha256', keys.at(-1)!.secret, '', `spillway work ${id}`, 32)).toString('hex');
  const work = proofOfWork ? new ProofOfWork(secret, cost, clock) : null;
  return new DeviceDesk(cookies, work, `${server.basePath}/${encodeURIComponent(id)}/device`);
}

/** A token may come from anybody: it is verified. */
export function identityField({ from, name, jwt, unverified }: CampaignConfig['claimant']): IdentityField | null {
  if (from === 'header') return new IdentityField(name, unverified);
  if (from === 'jwt' && jwt.token.startsWith('header:'))
    return new IdentityField(jwt.token.slice('header:'.length), true);
  return null;
}

/** The fields that say who is asking stay, whatever a client names in `Connection`. */
export function identityFields({ from, name, jwt }: CampaignConfig['claimant']): ProtectedFields {
  if (from === 'header') return protectedFields([name]);
  if (from === 'jwt' && jwt.token.startsWith('header:')) return protectedFields([jwt.token.slice('header:'.length)]);
  return endToEndFields;
}
