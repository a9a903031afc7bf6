/** Everything below `/admin/v1`. Who asks, and whether they may, was settled before. */
import express, { type ErrorRequestHandler, type RequestHandler, type Router } from 'express';
import type { LoadedConfig } from '../config/load.js';
import { maskValue } from '../config/mask.js';
import { settingTree } from '../config/setting-tree.js';
import { StoreUnavailableError } from '../kernel/errors.js';
import type { Logger } from '../kernel/logger.js';
import type { AdminAction, AdminResult } from '../metrics/vocabulary.js';
import { actionMeter } from './action-meter.js';
import { type AuditLog, readTrail } from './audit-trail.js';
import { bearerOf } from './auth.js';
import { campaignRoutes } from './campaign-routes.js';
import { claimsRoutes } from './claims-routes.js';
import { dryRunGuard } from './dry-run.js';
import { type GatewayRoutesOptions, gatewayRoutes } from './gateway-routes.js';
import { logRoutes } from './log-routes.js';
import { openApi } from './openapi.js';
import { placeRoutes } from './place-routes.js';
import { sendProblem } from './problem.js';
import { type ReloadRouteOptions, reloadRoute } from './reload-route.js';

export interface AdminApiOptions extends GatewayRoutesOptions, ReloadRouteOptions {
  /** The configuration in force. */
  readonly loaded: () => LoadedConfig;
  readonly logs: () => readonly AuditLog[];
  readonly logger: Logger;
  readonly acted: (action: AdminAction, result: AdminResult) => void;
  /** `GET /live`. */
  readonly live: RequestHandler;
}

const USUAL_RECORDS = 200;
const MOST_RECORDS_SHOWN = 10_000;

export function adminApi(options: AdminApiOptions): Router {
  const router = express.Router({ caseSensitive: true });
  router.use(actionMeter(options.acted), dryRunGuard, express.json({ limit: '16kb' }));
  router.use(
    '/campaigns',
    campaignRoutes(options.desks),
    placeRoutes(options.desks),
    claimsRoutes(options.desks, options.logger),
  );
  router.get('/live', options.live);
  router.get('/me', (_req, res) => {
    res.json(bearerOf(res));
  });
  router.use(logRoutes(options));
  router.use(gatewayRoutes(options));
  router.use(reloadRoute(options));
  router.get('/openapi.json', (_req, res) => {
    res.json(openApi(options.version));
  });
  router.get('/config', (_req, res) => {
    const { revision, config } = options.loaded();
    res.json({ revision, config: maskValue(config, settingTree()) });
  });
  router.get('/audit', async (req, res) => {
    const given = req.query.limit ?? USUAL_RECORDS;
    const limit = Number(given);
    if (Number.isInteger(limit) && limit >= 1 && limit <= MOST_RECORDS_SHOWN) {
      res.json(await readTrail(options.logs(), limit));
      return;
    }
    const detail = `?limit takes a whole number from 1 to ${MOST_RECORDS_SHOWN}.`;
    sendProblem(res, { status: 422, code: 'VALUE_INVALID', title: 'Unprocessable Content', detail });
  });
  router.use(storeAway);
  return router;
}

const storeAway: ErrorRequestHandler = (err: unknown, req, res, next) => {
  if (!(err instanceof StoreUnavailableError)) return next(err);
  const doubt = req.method === 'GET' ? '' : ' Whether the change was made is not known: read before you repeat it.';
  const detail = `The store did not answer in time.${doubt}`;
  res.set('Retry-After', '1');
  sendProblem(res, { status: 503, code: 'STORE_UNAVAILABLE', title: 'Service Unavailable', detail });
};
