/** `/admin/v1/log`: how much this gateway writes, changed while it runs and until it is started or configured anew. */
import { Router } from 'express';
import * as z from 'zod';
import { configSchema } from '../config/schema.js';
import type { Logger } from '../kernel/logger.js';
import { bearerOf } from './auth.js';
import { readBody } from './changes.js';
import type { GatewayLog } from './gateway-log.js';
import { refuseValues } from './refusals.js';

export interface LogRoutesOptions {
  readonly gateway: string;
  readonly gatewayLog: GatewayLog;
  readonly logger: Logger;
}

export const logSchema = z.strictObject({
  level: configSchema.shape.log.unwrap().shape.level.unwrap().describe('Least severe level that is written.'),
  reason: z.string().trim().min(1).max(500).describe('Why; stands in the audit log.'),
});

export function logRoutes({ gateway, gatewayLog, logger }: LogRoutesOptions): Router {
  const router = Router({ caseSensitive: true });
  router.get('/log', (_req, res) => {
    res.json({ gateway, level: logger.level });
  });
  router.put('/log', async (req, res) => {
    const reading = readBody(logSchema, req.body);
    if (reading.kind === 'wrong') return refuseValues(res, reading.faults);
    const { level, reason } = reading.value;
    const before = { level: logger.level };
    const who = bearerOf(res).name;
    await gatewayLog.record({ action: 'log-level', subject: gateway, before, after: { level }, who, reason });
    logger.level = level;
    res.json({ outcome: 'done', gateway, level });
  });
  return router;
}
