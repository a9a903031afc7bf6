/** Limits and classes that must fit each other. */
import type { Path } from '../path.js';
import type { Rule } from '../rule.js';

const limitsSwapped: Rule = {
  id: 'concurrency-min-above-max',
  verdict: 'refused',
  problem: 'The least that a gateway goes down to is more than the most it goes up to.',
  cure: 'Lower concurrency.minLimit, or raise concurrency.maxLimit.',
  *find({ upstreams }) {
    for (const [index, { concurrency }] of upstreams.entries()) {
      const at = (name: string): Path => ['upstreams', index, 'concurrency', name];
      if (concurrency.mode === 'fixed' || concurrency.minLimit <= concurrency.maxLimit) continue;
      yield { path: at('minLimit'), value: concurrency.minLimit, compared: [at('maxLimit')] };
    }
  },
};

const leastPaceAboveRate: Rule = {
  id: 'adaptive-least-above-rate',
  verdict: 'warned',
  problem: 'The pace never falls: the least is not below what is configured.',
  cure: 'Lower adaptive.minRatePerSecond below admission.ratePerSecond, or set adaptive.enabled to false.',
  *find({ campaigns }) {
    for (const [index, { adaptive, admission }] of campaigns.entries()) {
      const at = (...names: string[]): Path => ['campaigns', index, ...names];
      if (!adaptive.enabled || adaptive.minRatePerSecond === null) continue;
      if (adaptive.minRatePerSecond < admission.ratePerSecond) continue;
      const compared = [at('admission', 'ratePerSecond')];
      yield { path: at('adaptive', 'minRatePerSecond'), value: adaptive.minRatePerSecond, compared };
    }
  },
};

const lowRouteUnknown: Rule = {
  id: 'low-route-unknown',
  verdict: 'refused',
  problem: 'No guarded route of this campaign has this path.',
  cure: 'Write it as it stands in routes, or remove it from priority.lowRoutes.',
  *find({ campaigns }) {
    for (const [index, { routes, priority }] of campaigns.entries()) {
      const paths = new Set(routes.map(({ path }) => path));
      for (const [at, value] of priority.lowRoutes.entries()) {
        if (!paths.has(value)) yield { path: ['campaigns', index, 'priority', 'lowRoutes', at], value };
      }
    }
  },
};

export const overloadRules: readonly Rule[] = [limitsSwapped, leastPaceAboveRate, lowRouteUnknown];
