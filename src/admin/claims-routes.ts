/** `/admin/v1/campaigns/{id}/claims`: what `spillway audit` prints, of whichever store. */
import { Router } from 'express';
import type { Logger } from '../kernel/logger.js';
import { bearerOf } from './auth.js';
import type { CampaignDesk } from './campaign-desk.js';
import { readBody, resolveSchema } from './changes.js';
import { deskFinder } from './desk-finder.js';
import { eraseRoute } from './erase-route.js';
import { sendProblem } from './problem.js';
import { refuseValues } from './refusals.js';

const REFUSALS = {
  none: { status: 404, code: 'CLAIM_UNKNOWN', title: 'Not Found', detail: 'The store has no such claim.' },
  closed: { status: 409, code: 'CLAIM_SETTLED', title: 'Conflict', detail: 'It has a final answer already.' },
  'in-flight': {
    status: 409,
    code: 'CLAIM_IN_FLIGHT',
    title: 'Conflict',
    detail: 'It is at the service; its answer may be on the way. Ask again when its lease is over.',
  },
};

export function claimsRoutes(desks: ReadonlyMap<string, CampaignDesk>, logger: Logger): Router {
  const router = Router({ caseSensitive: true });
  const at = deskFinder(desks);
  router.get(
    '/:campaign/claims',
    at(async ({ campaign }, _req, res) => {
      res.json({ campaign: campaign.id, ...(await campaign.claims.figures()) });
    }),
  );
  router.get(
    '/:campaign/claims/unknown',
    at(async ({ campaign }, _req, res) => {
      const lines: string[] = [];
      for await (const claim of campaign.claims.unknown()) lines.push(`${JSON.stringify(claim)}\n`);
      res.type('application/x-ndjson').send(lines.join(''));
    }),
  );
  router.post(
    '/:campaign/claims/:claim/resolve',
    at(async ({ campaign }, req, res) => {
      const reading = readBody(resolveSchema, req.body);
      if (reading.kind === 'wrong') return refuseValues(res, reading.faults);
      const { outcome, reason } = reading.value;
      const id = req.params.claim as string;
      const { name: who } = bearerOf(res);
      const resolution = await campaign.claims.resolve(id, outcome, { who, reason });
      if (resolution !== 'resolved') return sendProblem(res, REFUSALS[resolution]);
      logger.info({ campaign: campaign.id, claim: id, outcome, who, reason }, 'An operator said how a claim ended');
      campaign.link.tickSoon();
      res.json({ outcome: 'done', campaign: campaign.id, effect: [EFFECTS[outcome]] });
    }),
  );
  router.post('/:campaign/claims/erase', at(eraseRoute(logger)));
  return router;
}

const EFFECTS = {
  granted: 'The claim counts as granted: its owner is told so, and nobody pays it again.',
  'not-granted': 'The claim may be made again, and its unit of the budget is free.',
};
