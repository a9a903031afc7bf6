/** The situations that a limiter has to master, as tests judge them and the documentation shows them. */
import { AimdLimit } from '../../src/overload/aimd-limit.js';
import { GradientLimit } from '../../src/overload/gradient-limit.js';
import type { LimitBounds, LimitLaw } from '../../src/overload/limit-law.js';
import type { World } from './limiter-world.js';

export const BOUNDS: LimitBounds = { initial: 20, least: 1, most: 500 };

export function gradient(bounds: Partial<LimitBounds> = {}): LimitLaw {
  return new GradientLimit({ ...BOUNDS, ...bounds });
}

export function aimd(bounds: Partial<LimitBounds> = {}): LimitLaw {
  return new AimdLimit({ ...BOUNDS, ...bounds });
}

type Situation = (law: LimitLaw) => World;

/** 20 workers, 50 ms each: 400 a second. */
const SERVICE_MS = 50;

export const SITUATIONS = {
  /** Five times too much, from a limit far above and from one far below. */
  flood: (law) => ({ law, seconds: 40, arrivals: () => 2000, serviceMs: () => SERVICE_MS }),
  /** From the 20th second on everything takes three times as long; from the 40th it is as before. */
  step: (law) => ({
    law,
    seconds: 60,
    arrivals: () => 2000,
    serviceMs: (s) => (s >= 20 && s < 40 ? 3 : 1) * SERVICE_MS,
  }),
  /** Slower by and by: twice as slow after a minute. */
  drift: (law) => ({ law, seconds: 60, arrivals: () => 2000, serviceMs: (s) => SERVICE_MS * (1 + s / 60) }),
  /** A tenth more than it can do, for two minutes. */
  mild: (law) => ({ law, seconds: 120, arrivals: () => 440, serviceMs: () => SERVICE_MS }),
  /** Half of what it can do: the limit is not what holds anything up. */
  light: (law) => ({ law, seconds: 60, arrivals: () => 200, serviceMs: () => SERVICE_MS }),
  /** From the 10th to the 20th second every request is refused at once. */
  refusing: (law) => ({
    law,
    seconds: 40,
    arrivals: () => 2000,
    serviceMs: () => SERVICE_MS,
    fault: (s) => (s >= 10 && s < 20 ? 'refused' : null),
  }),
  /** From the 10th to the 20th second no request is ever answered. */
  silent: (law) => ({
    law,
    seconds: 40,
    arrivals: () => 2000,
    serviceMs: () => SERVICE_MS,
    fault: (s) => (s >= 10 && s < 20 ? 'never answered' : null),
  }),
} satisfies Record<string, Situation>;
