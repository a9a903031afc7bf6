/** Why the admin API changes nothing. */
import type { Response } from 'express';
import type { BodyFault } from './changes.js';
import { etagOf } from './preconditions.js';
import { sendProblem } from './problem.js';

export function refuseValues(res: Response, faults: readonly BodyFault[]): void {
  const detail = faults
    .map(({ path, problem, cure }) => [path, `${problem} ${cure}`].filter(Boolean).join(': '))
    .join(' ');
  sendProblem(res, { status: 422, code: 'VALUE_INVALID', title: 'Unprocessable Content', detail, members: { faults } });
}

export function refuseStale(res: Response, revision: number): void {
  const detail = `The settings have changed since, and are at revision ${revision}. Read them again and send their ETag as If-Match.`;
  res.set('ETag', etagOf(revision));
  sendProblem(res, {
    status: 412,
    code: 'REVISION_STALE',
    title: 'Precondition Failed',
    detail,
    members: { revision },
  });
}

export function refuseUnknownCampaign(res: Response, campaigns: ReadonlyMap<string, unknown>): void {
  const detail = `There is no campaign of this id; there are ${[...campaigns.keys()].join(', ')}.`;
  sendProblem(res, { status: 404, code: 'CAMPAIGN_UNKNOWN', title: 'Not Found', detail });
}
