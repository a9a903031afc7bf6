/**
 * `?dryRun=true`: says what would happen, and does nothing. Whoever asks for that and is misunderstood has done what they
 * wanted to look at first: so it is refused wherever it has no meaning.
 */
import type { RequestHandler } from 'express';
import { refuseValues } from './refusals.js';

/** Last segments of orders whose effect is not predicted. */
const UNPREDICTED: ReadonlySet<string> = new Set(['place', 'session', 'resolve', 'log']);

export const dryRunGuard: RequestHandler = (req, res, next) => {
  const { dryRun } = req.query;
  const refuse = (problem: string, cure: string): void => refuseValues(res, [{ path: '?dryRun', problem, cure }]);
  if (dryRun === undefined || dryRun === 'false') next();
  else if (dryRun !== 'true') refuse('It is neither true nor false.', 'Give ?dryRun=true.');
  else if (req.method === 'GET' || !UNPREDICTED.has(req.path.split('/').at(-1) ?? '')) next();
  else refuse('What this does is not predicted.', 'Leave it out; then it is done.');
};
