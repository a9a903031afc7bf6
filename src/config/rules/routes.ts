/** Every request belongs to one route of one campaign, or to none. */
import { overlaps } from '../../campaign/route-overlap.js';
import type { Path } from '../path.js';
import type { Finding, Rule } from '../rule.js';
import type { Config, RouteConfig } from '../schema.js';

interface Placed {
  readonly campaign: string;
  readonly list: 'routes' | 'pass';
  readonly route: RouteConfig;
  readonly path: Path;
}

function placedRoutes(config: Config): Placed[] {
  return config.campaigns.flatMap((campaign, number) =>
    (['routes', 'pass'] as const).flatMap((list) =>
      campaign[list].map((route, index) => ({
        campaign: campaign.id,
        list,
        route,
        path: ['campaigns', number, list, index],
      })),
    ),
  );
}

const overlap: Rule = {
  id: 'route-overlap',
  verdict: 'refused',
  problem: 'A request could belong to two routes: it would be counted, queued and sent by whichever is found first.',
  cure: 'Make the paths differ in a literal segment, or the methods differ.',
  *find(config): Generator<Finding> {
    const placed = placedRoutes(config);
    for (const [index, later] of placed.entries()) {
      const earlier = placed.slice(0, index).find((other) => conflict(other, later));
      if (earlier === undefined) continue;
      const problem = `${describe(later)} also fits what ${describe(earlier)} takes. ${overlap.problem}`;
      yield { path: [...later.path, 'path'], value: later.route.path, problem, compared: [earlier.path, later.path] };
    }
  },
};

/** Within one list of one campaign the outcome is the same either way. */
function conflict(a: Placed, b: Placed): boolean {
  return (a.path[1] !== b.path[1] || a.list !== b.list) && overlaps(a.route, b.route);
}

function describe({ campaign, list, route }: Placed): string {
  return `${route.methods.join('|')} ${route.path} (${list} of ${campaign})`;
}

const belowBasePath: Rule = {
  id: 'route-below-base-path',
  verdict: 'refused',
  problem: "Everything below server.basePath belongs to the line's own endpoints; this route would never be reached.",
  cure: 'Choose another path, or move server.basePath.',
  *find(config) {
    const base = config.server.basePath;
    for (const { path, route } of placedRoutes(config)) {
      const compared = [['server', 'basePath']];
      if (liesBelow(route.path, base)) yield { path: [...path, 'path'], value: route.path, compared };
    }
  },
};

/** Whether every path of the pattern is `base` or lies below it. */
function liesBelow(pattern: string, base: string): boolean {
  const segments = pattern.split('/');
  return base.split('/').every((segment, index) => segments[index] === segment);
}

const shadowedByBasePath: Rule = {
  id: 'route-shadowed-by-base-path',
  verdict: 'warned',
  problem: "Some paths of this route lie below server.basePath and are answered by the line's own endpoints.",
  cure: 'Nothing, unless the service needs those paths; then move server.basePath.',
  *find(config) {
    const base = config.server.basePath;
    for (const { path, route } of placedRoutes(config)) {
      const some = [base, `${base}/*`].some((path) => overlaps(route, { ...route, path }));
      const compared = [['server', 'basePath']];
      if (some && !liesBelow(route.path, base)) yield { path: [...path, 'path'], value: route.path, compared };
    }
  },
};

const parameterTwice: Rule = {
  id: 'parameter-twice',
  verdict: 'refused',
  problem: 'Two segments have the same parameter name; one of them would be lost.',
  cure: 'Give each parameter its own name.',
  *find(config) {
    for (const { path, route } of placedRoutes(config)) {
      const names = route.path.split('/').filter((segment) => segment.startsWith(':'));
      if (new Set(names).size < names.length) yield { path: [...path, 'path'], value: route.path };
    }
  },
};

export const routeRules: readonly Rule[] = [overlap, belowBasePath, shadowedByBasePath, parameterTwice];
