/** `POST /admin/v1/reload`: the configuration is read anew, and holds from then on, or nothing changes. */
import { Router } from 'express';
import type { ReloadOutcome } from '../lifecycle/reload.js';
import { bearerOf } from './auth.js';
import { readBody, reasonSchema } from './changes.js';
import type { GatewayLog } from './gateway-log.js';
import { sendProblem } from './problem.js';
import { refuseValues } from './refusals.js';

export interface ReloadRouteOptions {
  /** This gateway's name among the others. */
  readonly gateway: string;
  readonly gatewayLog: GatewayLog;
  readonly reload: (dryRun: boolean) => Promise<ReloadOutcome>;
}

export function reloadRoute({ gateway, gatewayLog, reload }: ReloadRouteOptions): Router {
  const router = Router({ caseSensitive: true });
  router.post('/reload', async (req, res) => {
    const reading = readBody(reasonSchema, req.body);
    if (reading.kind === 'wrong') return refuseValues(res, reading.faults);
    const outcome = await reload(req.query.dryRun === 'true');
    switch (outcome.kind) {
      case 'applied': {
        const { revision, changed } = outcome;
        const { reason } = reading.value;
        const who = bearerOf(res).name;
        await gatewayLog.record({
          action: 'reload',
          subject: gateway,
          before: {},
          after: { revision, changed },
          who,
          reason,
        });
        res.json({ outcome: 'done', gateway, revision, changed });
        return;
      }
      case 'dry-run':
      case 'unchanged':
        res.json({ outcome: outcome.kind, gateway, revision: outcome.revision, changed: changedBy(outcome) });
        return;
      default:
        sendProblem(res, { ...REFUSALS[outcome.kind], detail: detailOf(outcome), members: { ...outcome, gateway } });
    }
  });
  return router;
}

type Refused = Extract<ReloadOutcome, { kind: 'invalid' | 'restart-needed' | 'failed' }>;

const REFUSALS = {
  invalid: { status: 422, code: 'CONFIG_INVALID', title: 'Unprocessable Content' },
  'restart-needed': { status: 409, code: 'RESTART_NEEDED', title: 'Conflict' },
  failed: { status: 409, code: 'RELOAD_FAILED', title: 'Conflict' },
} as const;

function changedBy(outcome: ReloadOutcome): readonly string[] {
  return outcome.kind === 'dry-run' ? outcome.changed : [];
}

function detailOf(outcome: Refused): string {
  const kept = 'Nothing was changed: the configuration before stays in force.';
  switch (outcome.kind) {
    case 'invalid':
      return `The configuration has ${outcome.problems.length} problems, listed under problems. ${kept}`;
    case 'restart-needed':
      return `These cannot change while the gateway runs: ${outcome.settings.join(', ')}. Restart it, or take them back. ${kept}`;
    case 'failed':
      return `${outcome.why} ${kept}`;
  }
}
