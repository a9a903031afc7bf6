/** What the matcher must decide, said without trees and tables: every route is looked at. */

interface ModelRoute {
  readonly path: string;
  readonly methods: readonly string[];
}
interface ModelCampaign {
  readonly routes: readonly ModelRoute[];
  readonly pass: readonly ModelRoute[];
}
interface Candidate {
  readonly kind: 'guarded' | 'pass';
  readonly campaign: ModelCampaign;
  readonly route: ModelRoute;
}

export function modelMatch(campaigns: readonly ModelCampaign[], method: string, path: string) {
  const all = (kind: 'guarded' | 'pass'): Candidate[] =>
    campaigns.flatMap((campaign) =>
      (kind === 'guarded' ? campaign.routes : campaign.pass).map((route) => ({ kind, campaign, route })),
    );
  const isLiteral = ({ route }: Candidate) => !/[:*]/.test(route.path);
  const matching = [...all('guarded'), ...all('pass')].filter(
    ({ kind, route }) => matches(route.path, path) && !(kind === 'guarded' && path.endsWith('/')),
  );
  const order = [
    ...matching.filter(isLiteral),
    ...matching.filter((one) => !isLiteral(one) && one.kind === 'guarded').sort(byExactness),
    ...matching.filter((one) => !isLiteral(one) && one.kind === 'pass').sort(byExactness),
  ];
  const headGuarded = (one: Candidate) =>
    method === 'HEAD' &&
    one.kind === 'guarded' &&
    one.route.methods.includes('GET') &&
    !one.route.methods.includes('HEAD');
  const takes = (one: Candidate) =>
    one.route.methods.includes(method) ||
    (one.kind === 'pass' && method === 'HEAD' && one.route.methods.includes('GET'));
  const samePattern = (a: Candidate, b: Candidate) => a.route.path === b.route.path;
  const first = order.find((one) => takes(one) || headGuarded(one));
  // Of routes with one pattern, a guarded one that lists HEAD answers for another that guards only GET.
  const taken =
    first && headGuarded(first)
      ? order.find((one) => samePattern(one, first) && one.kind === 'guarded' && takes(one))
      : first;
  if (taken === undefined) return matching.length === 0 ? { kind: 'none' } : { kind: 'method-not-allowed' };
  const careless = path.toLowerCase().replace(/\/$/, '');
  const pastGuard = all('guarded').some(
    (one) => matches(one.route.path.toLowerCase(), careless) && (takes(one) || headGuarded(one)),
  );
  if (taken.kind === 'pass' && !isLiteral(taken) && pastGuard) return { kind: 'none' };
  return { kind: taken.kind, campaign: taken.campaign, route: taken.route.path };
}

function matches(pattern: string, path: string): boolean {
  return patternOf(pattern).test(path);
}

/** The paths of a route pattern; a rest takes a last slash. */
export function patternOf(pattern: string): RegExp {
  const source = pattern
    .split('/')
    .map((part) => (part === '*' ? '[^/]+(/[^/]+)*/?' : part.startsWith(':') ? '[^/]+' : part));
  return new RegExp(`^${source.join('/')}$`);
}

/** Literal before parameter before rest, from left to right. */
function byExactness(a: Candidate, b: Candidate): number {
  const rank = ({ route }: Candidate) =>
    route.path
      .split('/')
      .map((part) => (part === '*' ? '3' : part.startsWith(':') ? '2' : '1'))
      .join('');
  return rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0;
}
