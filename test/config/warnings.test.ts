import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { findMisuse, misuseRules } from '../../src/config/misuse.js';
import type { Path } from '../../src/config/path.js';
import { configSchema } from '../../src/config/schema.js';
import { configText } from './sample.js';

const QUIET = `
store: { kind: redis }
tickets: { keys: [{ id: k1, secret: 0123456789abcdef0123456789abcdef }] }
`;
const TRUSTED = 'server: { trustProxy: [10.0.0.0/8] }';
const PUBLIC = 'server: { host: 0.0.0.0, trustProxy: [10.0.0.0/8] }';

/** Judges without refusing what this version does not do yet. */
function warned(top: string, campaign = '', quiet = QUIET): string[] {
  const config = configSchema.parse(parse(configText({ top: `${top}\n${quiet}`, campaign })));
  const origin = { original: (path: Path) => path, sourceOf: () => 'test', untrusted: [] };
  const surroundings = {
    readFile: (path: string) => (path.endsWith('.pem') ? readFileSync(path) : new Uint8Array(32)),
  };
  return findMisuse(config, surroundings, origin).warned.map(({ rule, path }) => `${rule} ${path}`);
}

const NOISY: Readonly<Record<string, string[]>> = {
  'claimant-unverified': warned(PUBLIC, 'claimant: { unverified: true }'),
  'claimant-header-without-proxy': warned(''),
  'claimant-cookie-unchecked': warned(PUBLIC, 'claimant: { from: cookie }'),
  'jwt-for-anybody': warned(TRUSTED, 'claimant: { from: jwt, jwt: { jwksUrl: "https://id.example/k" } }'),
  'certificate-ends-soon': warned(
    'server: { trustProxy: [10.0.0.0/8], tls: { certFile: test/support/tls/old.pem, keyFile: test/support/tls/old.key } }',
  ),
  'store-not-durable': warned(TRUSTED, '', QUIET.replace('redis', 'memory')),
  'lanes-without-cluster': warned(TRUSTED, '', QUIET.replace('redis', 'redis, lanes: 3')),
  'adaptive-least-above-rate': warned(
    TRUSTED,
    'admission: { ratePerSecond: 100 }, adaptive: { enabled: true, minRatePerSecond: 200 }',
  ),
  'store-failure-open': warned(TRUSTED, 'onStoreFailure: open'),
  'ledger-not-idempotent': warned(TRUSTED, 'claims: { mode: per-claimant }'),
  'ticket-keys-made-at-start': warned(TRUSTED, '', 'store: { kind: redis }'),
  shadow: warned(TRUSTED, 'shadow: true'),
  'hold-outlasts-upstream': warned(TRUSTED, 'queue: { holdMs: 3000 }'),
  'route-shadowed-by-base-path': warned(TRUSTED, 'pass: [{ path: /* }]'),
  'limit-above-door': warned(TRUSTED, 'limits: [{ name: l, capacity: 50, refillPerSecond: 500 }]'),
};

describe('Warnings', () => {
  it.each(Object.entries(NOISY))('%s is said of what is dangerous, and nothing else is', (rule, said) => {
    expect(said).toEqual([expect.stringMatching(new RegExp(`^${rule} (campaigns\\[0\\]|store|tickets|server)`))]);
  });

  it('are not given of a configuration without danger', () => {
    expect(warned(TRUSTED)).toEqual([]);
    expect(warned(PUBLIC)).toEqual([]);
    expect(warned('server: { host: "::1" }', 'claimant: { unverified: true }')).toEqual([]);
    expect(warned(PUBLIC, 'claimant: { from: cookie }, limits: [{ name: l, key: address }]')).toEqual([]);
  });

  it('are given of two upstreams that share a service', () => {
    const config = configText({ top: TRUSTED + QUIET }).replace(
      'campaigns:',
      '  - { id: second, targets: [http://127.0.0.1:9000] }\ncampaigns:',
    );
    const origin = { original: (path: Path) => path, sourceOf: () => 'test', untrusted: [] };
    const { warned } = findMisuse(configSchema.parse(parse(config)), { readFile: () => new Uint8Array(32) }, origin);
    expect(warned.map(({ rule, path }) => [rule, path])).toEqual([['shared-target', 'upstreams[1].targets[0]']]);
  });

  it('each have a test here', () => {
    const rules = misuseRules.filter(({ verdict }) => verdict === 'warned').map(({ id }) => id);
    expect(rules.filter((rule) => !(rule in NOISY))).toEqual(['shared-target']);
  });

  it('and refusals go by a name of their own, with a sentence and a cure', () => {
    expect(new Set(misuseRules.map(({ id }) => id)).size).toBe(misuseRules.length);
    for (const { id, problem, cure } of misuseRules) {
      expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(problem).toMatch(/\.$/);
      expect(cure).toMatch(/\.$/);
    }
  });
});
