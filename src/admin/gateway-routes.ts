/** `/admin/v1/gateways` and `/admin/v1/drain`: which gateways serve, and stopping this one without a failed request. */
import { Router } from 'express';
import type { GatewayRoster } from '../admission/gateway-roster.js';
import { bearerOf } from './auth.js';
import { readBody, reasonSchema } from './changes.js';
import type { GatewayLog } from './gateway-log.js';
import { sendProblem } from './problem.js';

export interface GatewayRoutesOptions {
  /** This gateway's name among the others. */
  readonly gateway: string;
  readonly version: string;
  readonly roster: GatewayRoster;
  readonly gatewayLog: GatewayLog;
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
  router.post('/drain', async (req, res) => {
    const reading = readBody(reasonSchema, req.body);
    if (reading.kind === 'wrong') {
      const detail = reading.faults.map(({ path, problem, cure }) => `${path}: ${problem} ${cure}`).join(' ');
      const members = { faults: reading.faults };
      return sendProblem(res, { status: 422, code: 'VALUE_INVALID', title: 'Unprocessable Content', detail, members });
    }
    await gatewayLog.drained(gateway, bearerOf(res).name, reading.value.reason);
    res.once('finish', drain);
    res.status(202).json({ gateway, draining: true, effect: ['It finishes what it has, and stops.'] });
  });
  return router;
}

function isAlive(seenMsAgo: number | null): boolean {
  return seenMsAgo !== null && seenMsAgo <= ALIVE_MS;
}
