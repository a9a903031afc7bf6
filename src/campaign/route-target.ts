/** What a matching route leads to, and what it reads from the path. */
import type { Segment } from './route-pattern.js';

/** Path parameters, decoded; a last `*` under the name `*`. Without prototype, so that any name is just a name. */
export type PathParameters = Readonly<Record<string, string>>;

export interface RouteHit<C> {
  readonly kind: 'guarded' | 'pass';
  readonly campaign: C;
  /** The pattern as configured: a name for metrics. */
  readonly route: string;
  readonly params: PathParameters;
  /** Route and path parameters in one spelling: what one grant covers where `claims.scope` is `route`. */
  readonly scopeKey: string;
}

export interface Target<C> {
  readonly kind: 'guarded' | 'pass';
  readonly campaign: C;
  readonly route: string;
  readonly pattern: readonly Segment[];
  /** Made once where the pattern has no parameters. */
  readonly hit: RouteHit<C> | null;
}

const NO_PARAMETERS: PathParameters = Object.freeze(Object.create(null));

export function newTarget<C>(
  kind: 'guarded' | 'pass',
  campaign: C,
  route: string,
  pattern: readonly Segment[],
): Target<C> {
  const literal = pattern.every((segment) => segment.kind === 'literal');
  const hit = literal ? Object.freeze({ kind, campaign, route, params: NO_PARAMETERS, scopeKey: route }) : null;
  return { kind, campaign, route, pattern, hit };
}

/**
 * What `target` makes of a path that matches it, or null where an escape cannot be decoded. The scope key is built
 * from decoded values, encoded anew, so that two spellings of one parameter (`%c3` and `%C3`) are one scope.
 */
export function hitOf<C>(target: Target<C>, segments: readonly string[]): RouteHit<C> | null {
  if (target.hit !== null) return target.hit;
  const { kind, campaign, route, pattern } = target;
  const params: Record<string, string> = Object.create(null);
  let scopeKey = route;
  try {
    for (let i = 0; i < pattern.length; i++) {
      const segment = pattern[i] as Segment;
      if (segment.kind === 'literal') continue;
      const values = segment.kind === 'rest' ? segments.slice(i).map(decode) : [decode(segments[i] as string)];
      params[segment.kind === 'rest' ? '*' : segment.name] = values.join('/');
      scopeKey += ` ${values.map(encodeURIComponent).join('/')}`;
    }
  } catch (fault) {
    if (fault instanceof URIError) return null;
    throw fault;
  }
  return { kind, campaign, route, params, scopeKey };
}

function decode(segment: string): string {
  return segment.includes('%') ? decodeURIComponent(segment) : segment;
}
