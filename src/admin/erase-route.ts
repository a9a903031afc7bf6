/** `POST …/claims/erase`: somebody asks that what is kept of a claim of theirs be taken away. */
import type { Request, Response } from 'express';
import type { Logger } from '../kernel/logger.js';
import { bearerOf } from './auth.js';
import type { CampaignDesk } from './campaign-desk.js';
import { type BodyFault, eraseSchema, readBody } from './changes.js';
import { sendProblem } from './problem.js';
import { refuseValues } from './refusals.js';

/** A shorter name of a claimant is part of many a word. */
const LEAST_TELLING_CHARS = 4;

const STAYS =
  'That the claim was answered stays known, so that nobody is paid twice, until the campaign’s end and claims.ttlSeconds more.';
const EFFECTS = {
  erased: [
    'Content and fields of the answer are gone from the store, and from every gateway’s memory within a second.',
    STAYS,
  ],
  none: ['The store keeps no content of it. Gateways that have it in memory forget it within a second.', STAYS],
};
const FAULTS: Readonly<Record<'no-ledger' | 'no-route' | 'key-missing', BodyFault>> = {
  'no-ledger': {
    path: 'campaign',
    problem: 'It keeps no answers (claims.mode: off).',
    cure: 'There is nothing to erase; take a place away with DELETE …/place.',
  },
  'no-route': {
    path: 'path',
    problem: 'No guarded route of this campaign takes it by this method.',
    cure: 'Give path and method as the client sent them.',
  },
  'key-missing': {
    path: 'idempotencyKey',
    problem: 'The ledger of this campaign goes by it, and there is none here, or no valid one.',
    cure: 'Give the Idempotency-Key that the client sent.',
  },
};
const TELLING: BodyFault = {
  path: 'reason',
  problem: 'It names the claimant, and stays in the audit log.',
  cure: 'Name a ticket of your help desk instead.',
};
const OPEN = {
  status: 409,
  code: 'CLAIM_OPEN',
  title: 'Conflict',
  detail: 'It has no answer yet: it is at the service, or nobody knows how it ended (settle it first).',
};

export function eraseRoute(logger: Logger) {
  return async ({ campaign }: CampaignDesk, req: Request, res: Response): Promise<void> => {
    const dryRun = req.query.dryRun === 'true';
    const reading = readBody(eraseSchema, req.body);
    if (reading.kind === 'wrong') return refuseValues(res, reading.faults);
    const { reason, ...claim } = reading.value;
    if (claim.claimant.length >= LEAST_TELLING_CHARS && reason.includes(claim.claimant))
      return refuseValues(res, [TELLING]);
    const word = { who: bearerOf(res).name, reason };
    const outcome = await campaign.claims.erase(claim, dryRun ? null : word);
    if (outcome.kind === 'open') return sendProblem(res, OPEN);
    if (!('entry' in outcome)) return refuseValues(res, [FAULTS[outcome.kind]]);
    const { kind, entry } = outcome;
    if (!dryRun)
      logger.info({ campaign: campaign.id, claim: entry, ...word }, 'An operator erased what a claim was answered');
    res.json({ outcome: dryRun ? 'dry-run' : 'done', campaign: campaign.id, claim: entry, effect: EFFECTS[kind] });
  };
}
