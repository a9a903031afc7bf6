import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { overlaps } from '../../src/campaign/route-overlap.js';
import { parseRoutePattern } from '../../src/campaign/route-pattern.js';
import { RouteMatcher } from '../../src/campaign/routes.js';
import { modelMatch, patternOf } from './route-model.js';

const route = (path: string, ...methods: string[]) => ({ path, methods });
const lny = {
  id: 'lny',
  routes: [
    route('/campaigns/lny/claims', 'POST'),
    route('/campaigns/lny/prizes/:prize/claims', 'POST'),
    route('/legacy/grab', 'GET'),
  ],
  pass: [route('/campaigns/lny/*', 'GET', 'POST'), route('/campaigns/lny/CLAIMS', 'POST'), route('/legacy/*', 'HEAD')],
};
const coupon = { id: 'coupon', routes: [route('/coupon/*', 'POST')], pass: [route('/coupon/health', 'GET', 'POST')] };
const matcher = new RouteMatcher([lny, coupon]);
const kindOf = (method: string, path: string) => matcher.match(method, path).kind;

describe('the route matcher', () => {
  it('finds the campaign of a claim, with nothing to allocate', () => {
    const match = matcher.match('POST', '/campaigns/lny/claims');
    expect(match).toMatchObject({ kind: 'guarded', campaign: lny, route: '/campaigns/lny/claims' });
    expect(matcher.match('POST', '/campaigns/lny/claims')).toBe(match);
  });

  it('reads parameters and a rest, decoded', () => {
    expect(matcher.match('POST', '/campaigns/lny/prizes/caf%C3%A9/claims')).toMatchObject({
      kind: 'guarded',
      params: { prize: 'café' },
    });
    expect(matcher.match('POST', '/coupon/a/b%20c')).toMatchObject({ kind: 'guarded', params: { '*': 'a/b c' } });
  });

  it('gives one scope to all spellings of a parameter, and different ones to different values', () => {
    const scope = (prize: string) => {
      const match = matcher.match('POST', `/campaigns/lny/prizes/${prize}/claims`);
      return match.kind === 'guarded' ? match.scopeKey : match.kind;
    };
    expect(scope('caf%c3%a9')).toBe(scope('caf%C3%A9'));
    expect(scope('a%40b')).toBe(scope('a@b'));
    expect(new Set([scope('a'), scope('b'), scope('a%20b'), scope('A')]).size).toBe(4);
  });

  it('passes over a route that does not take the method', () => {
    expect(kindOf('GET', '/campaigns/lny/claims')).toBe('pass');
    expect(kindOf('HEAD', '/campaigns/lny/claims')).toBe('pass');
  });

  it('says which methods a path takes when none fits', () => {
    expect(matcher.match('DELETE', '/campaigns/lny/claims')).toEqual({
      kind: 'method-not-allowed',
      allow: 'GET, HEAD, POST',
    });
    expect(matcher.match('TRACE', '/coupon/x')).toEqual({ kind: 'method-not-allowed', allow: 'POST' });
    expect(kindOf('OPTIONS', '/coupon/x')).toBe('method-not-allowed');
  });

  it('lets no HEAD reach a guarded GET, through no other route', () => {
    expect(kindOf('GET', '/legacy/grab')).toBe('guarded');
    expect(kindOf('HEAD', '/legacy/grab')).toBe('method-not-allowed');
    expect(kindOf('HEAD', '/legacy/other')).toBe('pass');
    expect(kindOf('HEAD', '/legacy/GRAB')).toBe('none');
    const both = new RouteMatcher([{ routes: [route('/x', 'GET')], pass: [route('/x', 'HEAD')] }]);
    expect(both.match('HEAD', '/x').kind).toBe('method-not-allowed');
  });

  it('has no route past a guarded one for services that ignore case or a last slash', () => {
    expect(kindOf('POST', '/campaigns/lny/Claims')).toBe('none');
    expect(kindOf('POST', '/campaigns/lny/claims/')).toBe('none');
    expect(kindOf('POST', '/campaigns/lny/prizes/x/CLAIMS')).toBe('none');
    expect(kindOf('POST', '/campaigns/lny/other')).toBe('pass');
    expect(kindOf('GET', '/campaigns/lny/Claims')).toBe('pass');
    expect(kindOf('POST', '/coupon/a/')).toBe('none');
  });

  it('takes a literal pass route at its word', () => {
    expect(kindOf('POST', '/campaigns/lny/CLAIMS')).toBe('pass');
    expect(kindOf('POST', '/coupon/health')).toBe('pass');
  });

  it('knows nothing of other paths', () => {
    for (const path of ['/', '/campaigns', '/campaigns/lny', '/coupon', '/Coupon/a']) {
      expect(matcher.match('PUT', path)).toEqual({ kind: 'none' });
    }
    expect(kindOf('POST', '/coupon/%ff')).toBe('none');
  });

  it('takes any parameter name for a name', () => {
    const odd = new RouteMatcher([{ routes: [route('/p/:__proto__', 'POST')], pass: [] }]);
    const match = odd.match('POST', '/p/x');
    expect(match.kind === 'guarded' && Object.entries(match.params)).toEqual([['__proto__', 'x']]);
  });

  const literal = fc.constantFrom('a', 'A', 'b');
  const segment = fc.oneof({ weight: 3, arbitrary: literal }, { weight: 1, arbitrary: fc.constant(':p') });
  const path = fc
    .tuple(fc.array(segment, { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([segments, rest]) => `/${[...segments, ...(rest ? ['*'] : [])].join('/')}`);
  const methods = fc.uniqueArray(fc.constantFrom('GET', 'HEAD', 'POST', 'OPTIONS'), { minLength: 1, maxLength: 3 });
  const anyRoute = fc.record({ path, methods });
  const campaign = fc.record({
    routes: fc.array(anyRoute, { minLength: 1, maxLength: 3 }),
    pass: fc.array(anyRoute, { maxLength: 3 }),
  });
  const asked = fc
    .tuple(fc.array(fc.constantFrom('a', 'A', 'b', 'c'), { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([segments, slash]) => `/${segments.join('/')}${slash ? '/' : ''}`);

  it('decides as a plain model that looks at every route', () => {
    fc.assert(
      fc.property(
        fc.array(campaign, { minLength: 1, maxLength: 3 }),
        methods,
        asked,
        (campaigns, [method = ''], at) => {
          const match = new RouteMatcher(campaigns).match(method, at);
          expect(match).toMatchObject(modelMatch(campaigns, method, at));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('two routes overlap exactly when some request matches both', () => {
    const longer = (paths: string[]) => paths.flatMap((at) => ['a', 'A', 'b', 'c'].map((text) => `${at}/${text}`));
    const one = longer(['']);
    const two = longer(one);
    const paths = [...one, ...two, ...longer(two), ...longer(longer(two))];
    const served = (methods: string[]) => (methods.includes('GET') ? [...methods, 'HEAD'] : methods);
    fc.assert(
      fc.property(anyRoute, anyRoute, (a, b) => {
        const method = served(a.methods).some((name) => served(b.methods).includes(name));
        const [left, right] = [patternOf(a.path), patternOf(b.path)];
        expect(overlaps(a, b)).toBe(method && paths.some((at) => left.test(at) && right.test(at)));
      }),
      { numRuns: 500 },
    );
  });
});

describe('route patterns', () => {
  it.each(['a', '', '/', '/a//b', '/a/', '/*/a'])('%j is none', (pattern) => {
    expect(() => parseRoutePattern(pattern)).toThrow(RangeError);
  });
});
