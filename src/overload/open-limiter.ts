/** The limiter that an upstream is configured to have at this gateway. */
import type { UpstreamConfig } from '../config/upstream-schema.js';
import type { Clock } from '../kernel/clock.js';
import { AimdLimit } from './aimd-limit.js';
import { GradientLimit } from './gradient-limit.js';
import { LawLimiter, type Limiter } from './limiter.js';

/** @returns null where the store counts slots for all gateways */
export function openLimiter(settings: UpstreamConfig['concurrency'], clock: Clock): Limiter | null {
  const { mode, limit, minLimit, maxLimit, latencyTolerance } = settings;
  const bounds = { initial: limit, least: minLimit, most: Math.max(minLimit, maxLimit) };
  switch (mode) {
    case 'fixed':
      return null;
    case 'aimd':
      return new LawLimiter(new AimdLimit(bounds), clock);
    case 'gradient':
      return new LawLimiter(new GradientLimit(bounds, latencyTolerance), clock);
  }
}
