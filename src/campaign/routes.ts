/**
 * Which campaign a request belongs to: the routes of all campaigns in one matcher. A path without parameters, as of
 * a typical claim, is one look-up and allocates nothing; the others descend a tree of segments.
 *
 * 1. A route without parameters wins, guarded before pass; then guarded patterns, then pass patterns, the most exact
 *    first. A route that does not take the method is passed over; if none does, the method is not allowed.
 * 2. Routes are case-sensitive, and `/a/` is not `/a`. As many services ignore both, a pass pattern never reaches
 *    what a guarded route would guard if they were ignored: that path has no route.
 * 3. HEAD is what is listed. On pass routes GET stands for HEAD too. Where a GET is guarded it does not, whatever
 *    other routes say: a service that answers HEAD with its GET would grant a claim past the line.
 * 4. OPTIONS is what is listed; preflights are the gateway's own and come before. TRACE can not be listed.
 */
import { MethodTable } from './method-table.js';
import { parseRoutePattern, type Segment } from './route-pattern.js';
import { hitOf, newTarget, type RouteHit } from './route-target.js';
import { RouteTree } from './route-tree.js';

interface RouteSettings {
  readonly methods: readonly string[];
  readonly path: string;
}

/** What matching needs of a campaign; a `CampaignConfig` has it. */
export interface RoutedCampaign {
  readonly routes: readonly RouteSettings[];
  readonly pass: readonly RouteSettings[];
}

export type RouteMatch<C> =
  | RouteHit<C>
  /** `allow` is the value of the `Allow` field. */
  | { readonly kind: 'method-not-allowed'; readonly allow: string }
  | { readonly kind: 'none' };

const NONE = Object.freeze({ kind: 'none' as const });

export class RouteMatcher<C extends RoutedCampaign> {
  readonly #literals = new Map<string, MethodTable<C>>();
  readonly #guarded = new RouteTree<MethodTable<C>>();
  readonly #pass = new RouteTree<MethodTable<C>>();
  readonly #nothing = new RouteTree<MethodTable<C>>();
  /** Guarded routes as a careless service reads them: lower case, no last slash. */
  readonly #careless = new RouteTree<MethodTable<C>>();

  /** @throws RangeError when a path is no pattern */
  constructor(campaigns: readonly C[]) {
    for (const campaign of campaigns) for (const route of campaign.routes) this.#add('guarded', campaign, route);
    for (const campaign of campaigns) for (const route of campaign.pass) this.#add('pass', campaign, route);
  }

  /** @param path - one that hygiene let pass, without the query */
  match(method: string, path: string): RouteMatch<C> {
    const exact = this.#literals.get(path);
    const hit = exact?.get(method)?.hit;
    if (hit) return hit;
    if (exact?.guards(method)) return this.#refuse(path);
    return this.#matchPattern(method, path);
  }

  #matchPattern(method: string, path: string): RouteMatch<C> {
    const segments = path.slice(1).split('/');
    const guarded = this.#guardedTree(path).first(
      segments,
      (table) => table.get(method) !== undefined || table.guards(method),
    );
    if (guarded !== null) {
      const target = guarded.get(method);
      return target === undefined ? this.#refuse(path) : (hitOf(target, segments) ?? NONE);
    }
    const passing = this.#pass.first(segments, (table) => table.get(method) !== undefined)?.get(method);
    if (passing === undefined) return this.#refuse(path);
    return this.#isCarelesslyGuarded(method, path) ? NONE : (hitOf(passing, segments) ?? NONE);
  }

  /** The answer to a method that no route of the path takes. */
  #refuse(path: string): RouteMatch<C> {
    const methods = new Set<string>(this.#literals.get(path)?.methods());
    const segments = path.slice(1).split('/');
    for (const tree of [this.#guardedTree(path), this.#pass]) {
      tree.first(segments, (table) => {
        for (const method of table.methods()) methods.add(method);
        return false;
      });
    }
    return methods.size === 0 ? NONE : { kind: 'method-not-allowed', allow: [...methods].sort().join(', ') };
  }

  /** A guarded rest takes no last slash: `/a/` and `/a`, one thing to many services, would be two scopes. */
  #guardedTree(path: string): RouteTree<MethodTable<C>> {
    return path.endsWith('/') ? this.#nothing : this.#guarded;
  }

  #isCarelesslyGuarded(method: string, path: string): boolean {
    const folded = path.toLowerCase();
    const segments = (folded.endsWith('/') ? folded.slice(1, -1) : folded.slice(1)).split('/');
    return this.#careless.first(segments, (table) => table.guards(method)) !== null;
  }

  #add(kind: 'guarded' | 'pass', campaign: C, route: RouteSettings): void {
    const pattern = parseRoutePattern(route.path);
    const target = newTarget(kind, campaign, route.path, pattern);
    this.#tableOf(target.hit !== null, kind, route.path, pattern).add(route.methods, target);
    if (kind === 'guarded')
      this.#careless.at(pattern.map(lowerCase), () => new MethodTable()).add(route.methods, target);
  }

  #tableOf(literal: boolean, kind: 'guarded' | 'pass', path: string, pattern: readonly Segment[]): MethodTable<C> {
    if (!literal) return (kind === 'guarded' ? this.#guarded : this.#pass).at(pattern, () => new MethodTable());
    let table = this.#literals.get(path);
    if (table === undefined) {
      table = new MethodTable();
      this.#literals.set(path, table);
    }
    return table;
  }
}

function lowerCase(segment: Segment): Segment {
  return segment.kind === 'literal' ? { kind: 'literal', text: segment.text.toLowerCase() } : segment;
}
