/** What it would take to carry a burst: read off its busiest second. */
import type { BurstReport } from '../replay/burst-report.js';
import { UNIT_COSTS, type UnitCosts } from './unit-costs.js';

export interface Needs {
  readonly mostRequestsPerSecond: number;
  readonly mostPollsPerSecond: number;
  readonly longestLine: number;
  /** From the start to the first word that all is gone, in seconds; null: nobody was told. */
  readonly soldOutAtSeconds: number | null;
  /** Cores of gateways, and Redis servers that share the line's keys, each with the reserve. */
  readonly cores: number;
  readonly shards: number;
}

const US_A_SECOND = 1e6;

export function needsOf({ seconds, soldOutAtMs }: BurstReport, costs: UnitCosts = UNIT_COSTS): Needs {
  const { gatewayUs, redisUs, reserve } = costs;
  let gateway = 0;
  let redis = 0;
  seconds.sent.forEach((sent, second) => {
    const polls = seconds.polls[second] ?? 0;
    const admitted = seconds.received?.[second] ?? seconds.granted[second] ?? 0;
    const queued = Math.max(0, sent - polls - admitted);
    gateway = Math.max(gateway, polls * gatewayUs.poll + admitted * gatewayUs.admitted + queued * gatewayUs.queued);
    redis = Math.max(redis, admitted * redisUs.admitted + queued * redisUs.queued);
  });
  const whole = (us: number): number => Math.max(1, Math.ceil(us / US_A_SECOND / (1 - reserve)));
  return {
    mostRequestsPerSecond: most(seconds.sent),
    mostPollsPerSecond: most(seconds.polls),
    longestLine: most(seconds.waiting),
    soldOutAtSeconds: soldOutAtMs === null ? null : soldOutAtMs / 1000,
    cores: whole(gateway),
    shards: whole(redis),
  };
}

function most(values: readonly number[]): number {
  return values.reduce((high, value) => Math.max(high, value), 0);
}
