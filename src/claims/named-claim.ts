/** A claim as its client made it, found in the ledger again by somebody else. */
import { RouteMatcher } from '../campaign/routes.js';
import type { CampaignClaims } from './campaign-claims.js';
import { readIdempotencyKey } from './idempotency-key.js';

export interface NamedClaim {
  /** As the service knows them. */
  readonly claimant: string;
  readonly method: string;
  /** With or without a query. */
  readonly path: string;
  /** Where the ledger goes by it. */
  readonly idempotencyKey?: string | undefined;
}

export type ClaimNaming =
  /** The entry's names: one an era, the newest first. */
  | { readonly kind: 'named'; readonly names: readonly string[] }
  /** The campaign keeps no answers. */
  | { readonly kind: 'no-ledger' }
  | { readonly kind: 'no-route' }
  | { readonly kind: 'key-missing' };

export function nameClaim(claims: CampaignClaims, claim: NamedClaim): ClaimNaming {
  const { campaign } = claims;
  if (!claims.keepsAnswers) return { kind: 'no-ledger' };
  const [path = ''] = claim.path.split('?', 1);
  const hit = new RouteMatcher([campaign]).match(claim.method, path);
  if (hit.kind !== 'guarded') return { kind: 'no-route' };
  let clientKey: string | null = null;
  if (campaign.claims.mode === 'idempotency-key') {
    const reading = readIdempotencyKey(claim.idempotencyKey);
    if (reading.kind !== 'key') return { kind: 'key-missing' };
    clientKey = reading.key;
  }
  return { kind: 'named', names: claims.names(claim.claimant, hit.scopeKey, clientKey) };
}
