/** The application that clients see: hygiene, then the line's own endpoints, then the campaigns' routes. */
import type { ServerResponse } from 'node:http';
import type { ErrorRequestHandler, Express, Request, Response } from 'express';
import type { AddressGuard } from '../abuse/address-guard.js';
import type { Logger } from '../kernel/logger.js';
import type { Random } from '../kernel/random.js';
import { ROUTES } from '../metrics/vocabulary.js';
import { GatewayRequest } from '../proxy/gateway-request.js';
import { hasLeft } from '../proxy/whole-answer.js';
import type { AccessLog } from './access-log.js';
import { type ClaimRouteOptions, claimRoute } from './claim-route.js';
import { createApplication, type First, serveFirst } from './express-app.js';
import { judgeRequest } from './hygiene.js';
import { endConnectionAfter, isUnanswerable } from './pipelining.js';
import { sendProblem } from './problem.js';
import type { QueueRoutesOptions } from './queue-desk.js';
import { queueRoutes } from './queue-routes.js';
import { type InFlight, RequestFacts } from './request-facts.js';
import type { RequestIds } from './request-id.js';
import type { Tracing } from './request-trace.js';
import { retryAfterSeconds } from './retry-after.js';
import { overloaded } from './shedding.js';

export interface GatewayAppOptions extends ClaimRouteOptions, QueueRoutesOptions {
  readonly ids: RequestIds;
  readonly guard: AddressGuard;
  readonly logger: Logger;
  readonly accessLog: AccessLog;
  /** Null where nobody traces. */
  readonly tracing: Tracing | null;
}

export function createGatewayApp(options: GatewayAppOptions): Express {
  const app = createApplication();
  const fault = faults(options.logger);
  serveFirst(app, entry(options, sharedOut(options), fault));
  app.use((req, res) => {
    sendProblem(res, req.facts.id, { code: 'NO_ROUTE' }, options.cors.fields(req.headers.origin));
  });
  const onFault: ErrorRequestHandler = (err, req, res, _next) => fault(err, req, res);
  app.use(onFault);
  return app;
}

/** The line's own endpoints first, then the campaigns' routes; what is neither is left to Express. */
function sharedOut(options: GatewayAppOptions): First {
  const line = queueRoutes(options);
  const claims = claimRoute(options);
  const below = `${options.basePath}/`;
  const { shedder } = options.floodgate;
  return (req, res, next) => {
    if (!req.facts.path.startsWith(below)) claims(req, res, next);
    else if (shedder.threshold > 0 && shedder.sheds('line', lineKeyOf(req))) shedFromLine(options, req, res);
    else if (!line(req, res)) claims(req, res, next);
  };
}

/** Whose line it is, as far as can be told without looking closer. */
function lineKeyOf(req: Request): string {
  return String(req.headers['spillway-ticket'] ?? req.facts.path);
}

function shedFromLine({ metrics, floodgate, random, cors }: GatewayAppOptions, req: Request, res: Response): void {
  req.facts.outcome = 'shed';
  metrics.campaign('').shed('line', floodgate.shedder.reason).inc();
  sendProblem(res, req.facts.id, overloaded(random), cors.fields(req.headers.origin));
}

type Fault = (err: unknown, req: Request, res: Response) => void;

/** Judges the request, names it, passes a clean one on, and counts its end. */
function entry(options: GatewayAppOptions, serve: First, fault: Fault): First {
  const { ids, clock, metrics, tracing, guard, random } = options;
  const ended = endOf(options);
  // One function for all: it is told by `this`, as any listener, whose answer it is.
  function closed(this: ServerResponse): void {
    ended(this, this.writableFinished);
  }
  const inFlight: InFlight = new Map(ROUTES.map((route) => [route, metrics.gateway.inFlight(route)]));
  const answer: First = (req, res, next) => {
    const verdict = judgeRequest(req);
    const clean = verdict.kind === 'ok';
    req.facts = new RequestFacts(ids, clean ? verdict.path : '', clean ? verdict.query : '', clock.monotonicUs());
    if (tracing !== null) req.facts.trace = tracing.begin(req);
    if (guard.watches && refusedByGuard(guard, req, res, random)) return;
    if (clean) {
      try {
        serve(req, res, next);
      } catch (err) {
        fault(err, req, res);
      }
      return;
    }
    // What cannot be trusted to be framed as it looks is not followed by another request.
    req.facts.offends = true;
    endConnectionAfter(req, res);
    sendProblem(res, req.facts.id, { code: verdict.code, detail: verdict.detail });
  };
  return (req, res, next) => {
    if (isUnanswerable(req, res)) return;
    answer(req, res, next);
    // Most answers of a flood have left already: then nothing has to listen for their end.
    if (hasLeft(res)) {
      if (req instanceof GatewayRequest) req.answered();
      return ended(res, true);
    }
    req.facts.lasts(inFlight);
    res.on('close', closed);
  };
}

/** Whether the address may not ask now, and was told so. */
function refusedByGuard(guard: AddressGuard, req: Request, res: Response, random: Random): boolean {
  const refusal = guard.judge(req);
  if (refusal === null) return false;
  const retry = { retryAfterSeconds: retryAfterSeconds(refusal.waitMs, random) };
  if (refusal.kind === 'banned') endConnectionAfter(req, res);
  else req.facts.outcome = 'limited';
  const detail = 'This address sends more requests than one address may; wait Retry-After.';
  sendProblem(
    res,
    req.facts.id,
    refusal.kind === 'banned' ? { code: 'ADDRESS_BANNED', ...retry } : { code: 'RATE_LIMITED', detail, ...retry },
  );
  return true;
}

/** Counts the end of an answer. @returns is told whether the answer has left whole */
function endOf({ clock, metrics, campaigns, accessLog, guard, floodgate }: GatewayAppOptions) {
  const other = metrics.campaign('');
  return (res: ServerResponse, whole: boolean): void => {
    const req = res.req as Request;
    const { facts } = req;
    facts.end();
    if (facts.offends) guard.offended(req);
    if (facts.heldBytes >= 0) floodgate.room.leave(facts.heldBytes);
    const streamed = facts.streamedUs > 0;
    const status = whole || streamed ? res.statusCode : 0;
    const seconds = ((streamed ? facts.streamedUs : clock.monotonicUs()) - facts.startedUs) / 1e6;
    const outcome = status === 0 ? 'client_abort' : facts.outcome;
    const context = campaigns.get(facts.campaign);
    if (context === undefined) other.request(facts.route, outcome).finished(status, seconds);
    else context.meters.finished(facts.route, outcome, status, seconds, facts.trace?.recordedTraceId);
    accessLog.answered(req, status, seconds);
    facts.trace?.end(req, status);
  };
}

function faults(logger: Logger): Fault {
  return (err, req, res) => {
    if (err instanceof URIError) return sendProblem(res, req.facts.id, { code: 'REQUEST_INVALID' });
    logger.error({ err, requestId: req.facts.id }, 'A request failed by a defect');
    req.facts.outcome = 'gateway_error';
    sendProblem(res, req.facts.id, { code: 'INTERNAL_ERROR' });
  };
}
