/** The application that clients see: hygiene, then the line's own endpoints, then the campaigns' routes. */
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import type { Clock } from '../kernel/clock.js';
import type { Logger } from '../kernel/logger.js';
import type { Metrics } from '../metrics/catalogue.js';
import { ROUTES } from '../metrics/vocabulary.js';
import type { CampaignContext } from './campaign-context.js';
import { type ClaimRouteOptions, claimRoute } from './claim-route.js';
import { createApplication } from './express-app.js';
import { judgeRequest } from './hygiene.js';
import { endConnectionAfter, isUnanswerable } from './pipelining.js';
import { sendProblem } from './problem.js';
import type { QueueRoutesOptions } from './queue-desk.js';
import { queueRoutes } from './queue-routes.js';
import { type InFlight, RequestFacts } from './request-facts.js';
import type { RequestIds } from './request-id.js';

export interface GatewayAppOptions extends ClaimRouteOptions, QueueRoutesOptions {
  readonly ids: RequestIds;
  readonly logger: Logger;
}

export function createGatewayApp(options: GatewayAppOptions): Express {
  const app = createApplication();
  app.use(entry(options, sharedOut(options)));
  app.use(fault(options.logger));
  return app;
}

/**
 * The line's own endpoints first, then the campaigns' routes. By hand and not by layers: each layer of Express costs
 * a refusal a twentieth of its answer, a mounted one twice that.
 */
function sharedOut(options: GatewayAppOptions): RequestHandler {
  const line = queueRoutes(options);
  const claims = claimRoute(options);
  const below = `${options.basePath}/`;
  return (req, res, next) => {
    if (req.facts.path.startsWith(below)) line(req, res, () => claims(req, res, next));
    else claims(req, res, next);
  };
}

/** Judges the request, names it, counts its end, and passes a clean one on. */
function entry({ ids, clock, metrics, campaigns }: GatewayAppOptions, serve: RequestHandler): RequestHandler {
  const count = counter(clock, metrics, campaigns);
  const inFlight: InFlight = new Map(ROUTES.map((route) => [route, metrics.gateway.inFlight(route)]));
  return (req, res, next) => {
    if (isUnanswerable(req, res)) return;
    const verdict = judgeRequest(req);
    const clean = verdict.kind === 'ok';
    const facts = new RequestFacts(
      ids.next(),
      clean ? verdict.path : '',
      clean ? verdict.query : '',
      clock.monotonicUs(),
      inFlight,
    );
    req.facts = facts;
    res.on('close', () => count(facts, res.writableFinished || facts.streamedUs > 0 ? res.statusCode : 0));
    if (clean) return serve(req, res, next);
    // What cannot be trusted to be framed as it looks is not followed by another request.
    endConnectionAfter(req, res);
    sendProblem(res, facts.id, { code: verdict.code, detail: verdict.detail });
  };
}

function counter(clock: Clock, metrics: Metrics, campaigns: ReadonlyMap<string, CampaignContext>) {
  const other = metrics.campaign('');
  return (facts: RequestFacts, status: number): void => {
    facts.end();
    const endedUs = facts.streamedUs > 0 ? facts.streamedUs : clock.monotonicUs();
    const seconds = (endedUs - facts.startedUs) / 1e6;
    const outcome = status === 0 ? 'client_abort' : facts.outcome;
    const context = campaigns.get(facts.campaign);
    if (context === undefined) other.request(facts.route, outcome).finished(status, seconds);
    else context.meters.finished(facts.route, outcome, status, seconds);
  };
}

function fault(logger: Logger): ErrorRequestHandler {
  return (err: unknown, req, res, _next) => {
    // Express itself complains only of a parameter that it cannot decode.
    if (err instanceof URIError) return sendProblem(res, req.facts.id, { code: 'REQUEST_INVALID' });
    logger.error({ err, requestId: req.facts.id }, 'A request failed by a defect');
    req.facts.outcome = 'gateway_error';
    sendProblem(res, req.facts.id, { code: 'INTERNAL_ERROR' });
  };
}
