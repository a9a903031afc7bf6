/**
 * Which credentials a repeat must show again. A proof of identity that is verified, and renewed now and then, is
 * compared by whom it names, and not by its bytes.
 */
import type { CampaignConfig } from '../config/campaign-schema.js';

/** Without the field of the token that says who is asking. */
export function credentialSources({ claims, claimant }: CampaignConfig): readonly string[] {
  if (claimant.from !== 'jwt') return claims.credentials;
  const token = claimant.jwt.token.toLowerCase();
  return claims.credentials.filter((source) => source.toLowerCase() !== token);
}

/** The cookie whose signature says who is asking, where there is one. */
export function identityCookies({ id, claimant: { from, name, jwt } }: CampaignConfig): readonly string[] {
  if (from === 'signed-cookie') return [name];
  if (from === 'device') return [`spillway-device-${id}`, `__Host-spillway-device-${id}`];
  return from === 'jwt' && jwt.token.startsWith('cookie:') ? [jwt.token.slice('cookie:'.length)] : [];
}
