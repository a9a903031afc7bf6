/** Whether a claim is of the lower class: by its route, a trusted proxy's header, or what a verified token says. */
import type { ClaimantOutcome } from '../claimant/claimant-source.js';
import type { ClientAddress } from '../claimant/client-address.js';
import type { Visit } from './visit.js';

export function isOfLowerClass(
  { context, hit, req }: Visit,
  identity: ClaimantOutcome,
  address: ClientAddress,
): boolean {
  const { header, lowWhen, lowRoutes } = context.config.priority;
  if (lowRoutes.length > 0 && lowRoutes.includes(hit.route)) return true;
  if (identity.kind === 'known' && identity.priorityClass !== undefined && lowWhen.includes(identity.priorityClass)) {
    return true;
  }
  if (header === null || !address.fromTrustedPeer) return false;
  const value = req.headers[header.toLowerCase()];
  return typeof value === 'string' && lowWhen.includes(value);
}
