/** Counts what operators ask for, by what came of it. */
import type { RequestHandler } from 'express';
import type { AdminAction, AdminResult } from '../metrics/vocabulary.js';

const LAST_SEGMENTS: Readonly<Record<string, AdminAction>> = {
  overrides: 'clear',
  reset: 'reset',
  'confirm-losses': 'confirm-losses',
  'end-sessions': 'end-sessions',
  place: 'evict',
  release: 'release',
  resolve: 'resolve',
  erase: 'erase',
  session: 'end-session',
  drain: 'drain',
  reload: 'reload',
  log: 'log-level',
};

export function actionMeter(acted: (action: AdminAction, result: AdminResult) => void): RequestHandler {
  return (req, res, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      const { path, method } = req;
      const action = LAST_SEGMENTS[path.split('/').at(-1) ?? ''] ?? (method === 'PATCH' ? 'change' : null);
      const dryRun = req.query.dryRun === 'true';
      res.on('finish', () => action !== null && acted(action, resultOf(res.statusCode, dryRun)));
    }
    next();
  };
}

function resultOf(status: number, dryRun: boolean): AdminResult {
  if (status >= 500) return 'failed';
  if (status >= 400) return 'refused';
  return dryRun ? 'dry-run' : 'done';
}
