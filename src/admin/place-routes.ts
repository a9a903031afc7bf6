/** Looking up and taking away single places. Ticket and claimant travel in fields, which no log of URLs keeps. */
import { type Request, type Response, Router } from 'express';
import { bearerOf } from './auth.js';
import type { CampaignDesk } from './campaign-desk.js';
import { readBody, reasonSchema } from './changes.js';
import { deskFinder } from './desk-finder.js';
import type { PlaceSought } from './places.js';
import { sendProblem } from './problem.js';
import { refuseValues } from './refusals.js';

export function placeRoutes(desks: ReadonlyMap<string, CampaignDesk>): Router {
  const router = Router({ caseSensitive: true });
  const at = deskFinder(desks);
  router.get(
    '/:campaign/place',
    at(async (desk, req, res) => {
      const sought = soughtBy(req);
      if (sought === null) return refuseSought(res, 'Spillway-Ticket or Spillway-Claimant');
      const finding = await desk.campaign.places.find(sought);
      if (finding.kind === 'found') res.json({ campaign: desk.campaign.id, ...finding.place });
      else sendProblem(res, { ...NOT_FOUND, detail: WHY[finding.kind] });
    }),
  );
  router.delete(
    '/:campaign/place',
    at(async (desk, req, res) => {
      const reading = readBody(reasonSchema, req.body);
      if (reading.kind === 'wrong') return refuseValues(res, reading.faults);
      const claimant = field(req, 'spillway-claimant');
      if (claimant === null) return refuseSought(res, 'Spillway-Claimant');
      const evicted = await desk.deeds.evict(claimant, { who: bearerOf(res).name, reason: reading.value.reason });
      if (!evicted) return sendProblem(res, { ...NOT_FOUND, detail: WHY.none });
      res.json({
        outcome: 'done',
        campaign: desk.campaign.id,
        effect: ['The place is gone; whoever had it may join again, at the end.'],
      });
    }),
  );
  router.delete(
    '/:campaign/session',
    at(async (desk, req, res) => {
      const reading = readBody(reasonSchema, req.body);
      if (reading.kind === 'wrong') return refuseValues(res, reading.faults);
      const sought = soughtBy(req);
      if (sought === null) return refuseSought(res, 'Spillway-Ticket or Spillway-Claimant');
      const ending = await desk.deeds.endSession(sought, { who: bearerOf(res).name, reason: reading.value.reason });
      if (ending.kind !== 'done') return sendProblem(res, { ...NOT_FOUND, detail: WHY[ending.kind] });
      res.json({
        outcome: 'done',
        campaign: desk.campaign.id,
        effect: ['If there was a session, it is over; whoever had it may claim again, from the end of the line.'],
      });
    }),
  );
  return router;
}

const NOT_FOUND = { status: 404, code: 'PLACE_UNKNOWN', title: 'Not Found' };

const WHY = {
  none: 'There is no place of this claimant.',
  'not-a-ticket': 'This is no ticket of this campaign: it was altered, or it belongs to another campaign.',
  'no-sessions': 'This campaign has no sessions.',
  'not-a-session': 'This ticket stands for a place in line, and for no session.',
  outdated: 'This ticket is of an earlier epoch: the line was emptied since.',
};

function soughtBy(req: Request): PlaceSought | null {
  const [ticket, claimant] = [field(req, 'spillway-ticket'), field(req, 'spillway-claimant')];
  if (ticket !== null) return claimant === null ? { ticket } : null;
  return claimant === null ? null : { claimant };
}

function field(req: Request, name: string): string | null {
  const value = req.headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

function refuseSought(res: Response, fields: string): void {
  const cure = `Send exactly one of the fields ${fields}.`;
  refuseValues(res, [{ path: fields, problem: 'It is not said whose place is meant.', cure }]);
}
