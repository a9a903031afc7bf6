/**
 * A campaign in shadow: everything goes to the service, and what would have been refused is counted. A claim that is not
 * Spillway's to decide is not Spillway's to keep, and nobody who is let in anyway gets a number or a session.
 */
import type { CampaignConfig } from '../config/campaign-schema.js';

/** What of a configuration is in force. */
export function inForce(campaign: CampaignConfig): CampaignConfig {
  return campaign.shadow ? { ...campaign, claims: { ...campaign.claims, mode: 'off' }, session: null } : campaign;
}
