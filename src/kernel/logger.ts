/** One JSON object a line. Facts first, then a constant sentence: `logger.warn({ err, campaign }, 'Redis is slow')`. */
import { type Logger, pino } from 'pino';

export type { Logger };

/** @param level - a pino level name, or `silent` */
export function createLogger(level: string): Logger {
  return pino({ level, base: { service: 'spillway' }, timestamp: pino.stdTimeFunctions.isoTime });
}
