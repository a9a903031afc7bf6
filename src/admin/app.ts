/**
 * What the admin listener answers: metrics and health to everybody who reaches it, `/admin/v1` to bearers of a token.
 * It carries no client traffic, so plain Express is fast enough.
 */
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Router } from 'express';
import helmet from 'helmet';
import type { Logger } from '../kernel/logger.js';
import type { ReadinessReport } from '../lifecycle/readiness.js';
import { AdminAuth, type AdminTokens } from './auth.js';
import { operatorPage } from './operator-page.js';
import { sendProblem } from './problem.js';

export interface AdminAppOptions {
  /** Those of the configuration in force. */
  readonly tokens: () => AdminTokens;
  readonly exposition: { readonly contentType: string; text(): Promise<string> };
  readonly readiness: { report(): ReadinessReport };
  readonly logger: Logger;
  /** What stands below `/admin/v1`; its requests carry a known bearer, writing ones an operator. */
  readonly api?: Router;
}

/** For answers that are data; the operator page has a policy of its own. */
const STRICT = { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } };
const READS = new Set(['GET', 'HEAD']);

export function createAdminApp(options: AdminAppOptions): Express {
  const { exposition, readiness, logger } = options;
  const auth = new AdminAuth({ tokens: options.tokens });
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(helmet({ contentSecurityPolicy: STRICT }), noStore);
  app.get('/metrics', async (_req, res) => {
    res.set('Content-Type', exposition.contentType).end(await exposition.text());
  });
  app.get('/livez', (_req, res) => {
    res.json({ alive: true });
  });
  app.get('/readyz', (_req, res) => {
    const report = readiness.report();
    res.status(report.ready ? 200 : 503).json(report);
  });
  app.get('/', ...operatorPage());
  app.use('/admin/v1', byMethod(auth.require('viewer'), auth.require('operator')));
  if (options.api !== undefined) app.use('/admin/v1', options.api);
  app.use(noRoute, fault(logger));
  return app;
}

const noStore: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store');
  next();
};

function byMethod(reading: RequestHandler, writing: RequestHandler): RequestHandler {
  return (req, res, next) => (READS.has(req.method) ? reading : writing)(req, res, next);
}

const noRoute: RequestHandler = (req, res) => {
  const detail = `There is nothing at ${req.method} ${req.path} on the admin listener.`;
  sendProblem(res, { status: 404, code: 'NO_ROUTE', title: 'Not Found', detail });
};

function fault(logger: Logger): ErrorRequestHandler {
  return (err: unknown, req, res, next) => {
    if (res.headersSent) return next(err);
    const status = err instanceof Error && 'status' in err ? Number(err.status) : 500;
    if (status >= 400 && status < 500) {
      const detail = 'The request could not be understood.';
      return sendProblem(res, { status, code: 'REQUEST_INVALID', title: 'Bad Request', detail });
    }
    logger.error({ err, 'url.path': req.path }, 'The admin listener failed to answer');
    const detail = 'The gateway failed to answer; its log says why.';
    sendProblem(res, { status: 500, code: 'INTERNAL_ERROR', title: 'Internal Server Error', detail });
  };
}
