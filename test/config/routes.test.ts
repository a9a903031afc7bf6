import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { overlaps } from '../../src/campaign/route-overlap.js';
import { configText, load, problemsOf } from './sample.js';

const segment = fc.constantFrom('a', 'b', ':x', ':y');
const pattern = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([segments, wild]) => `/${[...segments, ...(wild ? ['*'] : [])].join('/')}`);

/** Every path of up to six segments over a small alphabet, as an independent witness. */
const paths = (function* grow(): Generator<string> {
  let level = [''];
  for (let depth = 0; depth < 6; depth++) {
    level = level.flatMap((path) => ['a', 'b', 'c'].map((name) => `${path}/${name}`));
    yield* level;
  }
})();
const allPaths = [...paths];

function expressionOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/:\w+/g, '[^/]+').replace(/\*$/, '.+')}$`);
}

const pathsOverlap = (a: string, b: string) => overlaps({ methods: ['GET'], path: a }, { methods: ['GET'], path: b });

describe('Two routes', () => {
  it('overlap exactly when some path fits both', () => {
    fc.assert(
      fc.property(pattern, pattern, (a, b) => {
        const [left, right] = [expressionOf(a), expressionOf(b)];
        expect(pathsOverlap(a, b)).toBe(allPaths.some((path) => left.test(path) && right.test(path)));
        expect(pathsOverlap(b, a)).toBe(pathsOverlap(a, b));
      }),
      { numRuns: 500 },
    );
  });

  it('lie below the base path by whole segments', () => {
    // A budget without a condition is always refused, so that there is something to look at.
    const rulesFor = (path: string) =>
      problemsOf(configText({ campaign: `budget: { soldOutWhen: {} }, pass: [{ path: '${path}' }]` }));
    const refused = (path: string) => rulesFor(path).some(({ rule }) => rule === 'route-below-base-path');
    expect(['/queue', '/queue/:id', '/queue/*'].map(refused)).toEqual([true, true, true]);
    expect(['/queues', '/*', '/:any/queue'].map(refused)).toEqual([false, false, false]);
  });

  it('of one list of one campaign may overlap: the outcome is the same', () => {
    const campaign = 'pass: [{ path: /c/rules }, { path: /c/* }]';
    expect(load(configText({ campaign })).config.campaigns[0]?.pass).toHaveLength(2);
  });
});

describe('The path of a route', () => {
  const takes = (path: string) =>
    load(configText({ campaign: `pass: [{ path: '${path}' }]` })).config.campaigns[0]?.pass;

  it('is made of plain segments, parameters and a last wildcard', () => {
    for (const path of ['/a', '/a/:b/c-d.e_f~g', '/*', '/a/*', '/.well-known/x', '/a..b']) {
      expect(takes(path)).toMatchObject([{ methods: ['GET', 'HEAD'], path }]);
    }
  });

  it('has nothing that a request path could not have after it was cleaned', () => {
    for (const path of ['', '/', 'a', '/a/', '//a', '/a/../b', '/.', '/a/*/b', '/a*', '/:1', '/a%2fb', '/a?b', '/ä']) {
      const problems = problemsOf(configText({ campaign: `pass: [{ path: '${path}' }]` }));
      expect(problems).toMatchObject([{ rule: 'format', path: 'campaigns[0].pass[0].path', value: path }]);
    }
  });
});
