/** `/admin/v1/campaigns`: to look at campaigns, and to turn what may be turned at run time. */
import { type Request, type Response, Router } from 'express';
import type { z } from 'zod';
import type { Order, Outcome } from './amendments.js';
import { bearerOf } from './auth.js';
import type { CampaignDesk } from './campaign-desk.js';
import { campaignStatus } from './campaign-status.js';
import {
  type BodyFault,
  changeSchema,
  clearSchema,
  readBody,
  reasonSchema,
  releaseSchema,
  resetSchema,
} from './changes.js';
import { deskFinder } from './desk-finder.js';
import { etagOf, readIfMatch } from './preconditions.js';
import { refuseStale, refuseValues } from './refusals.js';

const CLEARED = 'overrides cleared';

export function campaignRoutes(desks: ReadonlyMap<string, CampaignDesk>): Router {
  const router = Router({ caseSensitive: true });
  router.get('/', (_req, res) => {
    res.json({ campaigns: [...desks.values()].map(({ campaign }) => campaignStatus(campaign)) });
  });
  const at = deskFinder(desks);
  router.get(
    '/:campaign',
    at((desk, _req, res) => show(desk, res)),
  );
  router.patch(
    '/:campaign',
    at((desk, req, res) =>
      act(desk, req, res, changeSchema, ({ reason, revertAfterSeconds = null, ...patch }, order) =>
        desk.change(patch, order(reason), revertAfterSeconds),
      ),
    ),
  );
  router.delete(
    '/:campaign/overrides',
    at((desk, req, res) =>
      act(desk, req, res, clearSchema, ({ reason }, order) => desk.clear(order(reason ?? CLEARED))),
    ),
  );
  router.post(
    '/:campaign/confirm-losses',
    at((desk, req, res) =>
      act(desk, req, res, reasonSchema, ({ reason }, order) => desk.deeds.confirmLosses(order(reason))),
    ),
  );
  router.post(
    '/:campaign/release',
    at((desk, req, res) =>
      act(desk, req, res, releaseSchema, ({ reason, count }, order) => desk.deeds.release(count, order(reason))),
    ),
  );
  router.post(
    '/:campaign/end-sessions',
    at((desk, req, res) =>
      act(desk, req, res, reasonSchema, ({ reason }, order) => desk.deeds.endSessions(order(reason))),
    ),
  );
  router.post(
    '/:campaign/reset',
    at((desk, req, res) =>
      act(desk, req, res, resetSchema, async ({ reason, confirm, scope }, order) => {
        const { id } = desk.campaign;
        const word = scope === 'all' ? `${id} all` : id;
        if (confirm === word || req.query.dryRun === 'true') return desk.deeds.reset(scope, order(reason));
        return { kind: 'wrong', faults: [unconfirmed(scope, word)] };
      }),
    ),
  );
  return router;
}

function unconfirmed(scope: 'line' | 'all', word: string): BodyFault {
  const what = scope === 'all' ? 'forget who was paid, and give all places up' : 'give all places up';
  return { path: 'confirm', problem: `It is not ${word}.`, cure: `Send "confirm": "${word}" to ${what}.` };
}

/** With the newest settings there are; with those known here, where the store does not answer. */
async function show({ campaign }: CampaignDesk, res: Response): Promise<void> {
  await campaign.live.newest().catch(() => {});
  res.set('ETag', etagOf(campaign.live.revision)).json(campaignStatus(campaign));
}

async function act<T>(
  desk: CampaignDesk,
  req: Request,
  res: Response,
  schema: z.ZodType<T>,
  run: (body: T, order: (reason: string) => Order) => Promise<Outcome>,
): Promise<void> {
  const dryRun = req.query.dryRun === 'true';
  const reading = readBody(schema, req.body);
  if (reading.kind === 'wrong') return refuseValues(res, reading.faults);
  const condition = readIfMatch(req.headers['if-match']);
  if (condition.kind === 'malformed') return refuseStale(res, desk.campaign.live.revision);
  const from = condition.kind === 'revision' ? condition.revision : null;
  const order = (reason: string): Order => ({ who: bearerOf(res).name, reason, from, dryRun });
  const outcome = await run(reading.value, order);
  switch (outcome.kind) {
    case 'wrong':
      return refuseValues(res, outcome.faults);
    case 'conflict':
      return refuseStale(res, outcome.revision);
    default:
      res.set('ETag', etagOf(outcome.revision));
      res.json({ outcome: outcome.kind, effect: outcome.effect, ...campaignStatus(desk.campaign) });
  }
}
