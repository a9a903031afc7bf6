import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { ConfigError } from '../../src/config/problem.js';
import { variablesOf } from '../../src/config/variables.js';
import { configText, load, MINIMAL } from './sample.js';

/** Keys that lead somewhere, so that values land deep inside as well. */
const key = fc.oneof(
  fc.constantFrom('server', 'admin', 'store', 'tickets', 'keys', 'upstreams', 'campaigns', 'routes', 'path', 'methods'),
  fc.constantFrom('id', 'upstream', 'targets', 'queue', 'poll', 'trustProxy', 'limits', 'secret', 'tls', 'outcomes'),
  fc.constantFrom('__proto__', 'constructor', 'toString', '<<', ''),
  fc.string({ maxLength: 6 }),
);
const scalar = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('*', '0.0.0.0/0', 'http://u:p@h/', 'redis://a@b@c', '/a/*', '/:x/:x', 'lny-2026', '::/0', '1.2.3.4/'),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    scalar,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 5, noNullPrototype: true }),
  ),
}));

function outcomeOf(attempt: () => unknown): 'loaded' | 'refused' {
  try {
    attempt();
    return 'loaded';
  } catch (error) {
    // Anything else is a fault of ours.
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    return 'refused';
  }
}

describe('Whatever is given', () => {
  it('loadConfig throws nothing but ConfigError for any text', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'{}[]:,-&*!|>#\'"\n a1%@<?') }));
    fc.assert(
      fc.property(text, (value) => void outcomeOf(() => load(value))),
      { numRuns: 1000 },
    );
  });

  it('loadConfig throws nothing but ConfigError for any data', () => {
    fc.assert(
      fc.property(tree, (value) => void outcomeOf(() => load(stringify(value)))),
      { numRuns: 1000 },
    );
  });

  it('loadConfig throws nothing but ConfigError for any value of any one setting', () => {
    const names = [...variablesOf(load(MINIMAL).config).keys()];
    const value = fc.oneof(
      fc.string(),
      tree.map((data) => JSON.stringify(data)),
    );
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(fc.constantFrom(...names), value, (name, text) => {
        outcomes.add(outcomeOf(() => load(MINIMAL, { env: { [name]: text } })));
      }),
      { numRuns: 1000 },
    );
    expect([...outcomes].sort()).toEqual(['loaded', 'refused']);
  });

  it('a configuration that holds, written out and loaded again, is the same', () => {
    const settings = fc.record({
      rate: fc.integer({ min: 1, max: 1000 }),
      holdMs: fc.integer({ min: 0, max: 1000 }),
      name: fc.constantFrom('off', 'no', 'null', '1e3', '0x10', 'x-user'),
    });
    fc.assert(
      fc.property(settings, ({ rate, holdMs, name }) => {
        const campaign = `admission: { ratePerSecond: ${rate} }, queue: { holdMs: ${holdMs} }, claimant: { name: '${name}' }`;
        const first = load(configText({ campaign }));
        const second = load(stringify(first.config));
        expect(second.config).toEqual(first.config);
        expect(second.revision).toBe(first.revision);
      }),
      { numRuns: 50 },
    );
  });
});
