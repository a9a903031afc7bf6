/** `/admin/v1/gateways` and `/admin/v1/drain`: which gateways serve, and stopping this one without a failed request. */
import { type Request, type Response, Router } from 'express';
import type { GatewayRoster } from '../admission/gateway-roster.js';
import { bearerOf } from './auth.js';
import type { CampaignDesk } from './campaign-desk.js';
import { readBody, reasonSchema } from './changes.js';
import type { GatewayLog } from './gateway-log.js';
import { refuseUnknownCampaign, refuseValues } from './refusals.js';

export interface GatewayRoutesOptions {
  /** This gateway's name among the others. */
  readonly gateway: string;
  readonly version: string;
  readonly roster: GatewayRoster;
  readonly gatewayLog: GatewayLog;
  /** The campaigns it serves, by id. */
  readonly desks: ReadonlyMap<string, CampaignDesk>;
  readonly isDraining: () => boolean;
  /** Stops this gateway, as SIGTERM does. */
  readonly drain: () => void;
}

/** A gateway that was silent for longer does not count as alive. */
const ALIVE_MS = 1500;

export function gatewayRoutes(options: GatewayRoutesOptions): Router {
  const { gateway, version, roster, gatewayLog, isDraining, drain } = options;
  const router = Router({ caseSensitive: true });
  router.get('/gateways', async (_req, res) => {
    const seen = await roster.seen();
    const names = [...new Set([gateway, ...seen.map((one) => one.gateway)])];
    const gateways = names.map((name) => {
      const own = seen.filter((one) => one.gateway === name);
      const seenMsAgo = own.length === 0 ? null : Math.min(...own.map((one) => one.seenMsAgo));
      const slotsInUse = Object.fromEntries(own.map((one) => [one.upstream, one.slotsInUse]));
      const self = name === gateway;
      return { gateway: name, self, alive: self || isAlive(seenMsAgo), seenMsAgo, slotsInUse };
    });
    res.json({ self: { gateway, version, draining: isDraining() }, gateways });
  });
  const stop = async (req: Request, res: Response): Promise<void> => {
    const { campaign } = req.params;
    if (campaign !== undefined && !options.desks.has(campaign as string))
      return refuseUnknownCampaign(res, options.desks);
    const reading = readBody(reasonSchema, req.body);
    if (reading.kind === 'wrong') return refuseValues(res, reading.faults);
    const effect = ['This gateway is not ready any more, finishes what it has, and stops.'];
    if (req.query.dryRun === 'true') {
      res.json({ outcome: 'dry-run', gateway, draining: isDraining(), effect });
      return;
    }
    const { reason } = reading.value;
    const who = bearerOf(res).name;
    await gatewayLog.record({ action: 'drain', subject: gateway, before: {}, after: { draining: true }, who, reason });
    res.once('finish', drain);
    res.status(202).json({ outcome: 'done', gateway, draining: true, effect });
  };
  router.post('/drain', stop);
  router.post('/campaigns/:campaign/drain', stop);
  return router;
}

function isAlive(seenMsAgo: number | null): boolean {
  return seenMsAgo !== null && seenMsAgo <= ALIVE_MS;
}
