/** The gateway inside somebody's own Express application: it serves what is its own, and passes everything else on. */
import type { Express, RequestHandler } from 'express';
import type { RouteMatcher } from '../campaign/routes.js';
import type { RoutedContext } from './visit.js';

/** What a reload may replace is read anew with each request. */
export interface OwnPaths {
  readonly basePath: string;
  readonly matcher: RouteMatcher<RoutedContext>;
}

export type GatewayMiddleware = RequestHandler;

/** To be mounted at the root, before anything that reads bodies: paths are compared whole, and bodies are proxied. */
export function gatewayMiddleware(app: Express, own: OwnPaths): GatewayMiddleware {
  const below = `${own.basePath}/`;
  return (req, res, next) => {
    const path = req.url.split('?', 1)[0]!;
    const isOwn = path.startsWith(below) || own.matcher.match(req.method, path).kind !== 'none';
    if (isOwn) app(req, res, next);
    else next();
  };
}
