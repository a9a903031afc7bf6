import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../src/config/problem.js';
import { configText, load, MINIMAL, problemsOf } from './sample.js';

describe('loadConfig', () => {
  it('needs no more than an upstream and a campaign with its routes', () => {
    const { config, ticketKeys } = load(MINIMAL);
    expect(config.server).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      trustProxy: [],
      basePath: '/queue',
      workers: 1,
    });
    expect(config.store).toMatchObject({ kind: 'memory', path: null, keyPrefix: 'spillway', deadlineMs: 40 });
    expect(config.upstreams[0]).toMatchObject({ timeoutMs: 3000, concurrency: { mode: 'fixed', limit: 64 } });
    expect(config.campaigns[0]).toMatchObject({
      routes: [{ methods: ['POST'], path: '/campaigns/lny-2026/claims' }],
      admission: { ratePerSecond: 500, burst: 50 },
      queue: {
        enabled: true,
        holdMs: 250,
        maxWaiting: 1_000_000,
        graceMs: 45_000,
        poll: { nearMs: 250, maxMs: 30_000 },
      },
      claims: { mode: 'off', ttlSeconds: 86_400, scope: 'route', outcomes: {} },
      budget: { claims: null, soldOutWhen: { status: [410], header: { name: 'campaign-status', value: 'sold-out' } } },
      publish: { remaining: 'none', waiting: 'exact' },
      onStoreFailure: 'local',
      shadow: false,
    });
    expect(ticketKeys).toEqual([]);
  });

  it('takes the sample campaign with nothing to warn of but what a sample is', () => {
    const file = 'config/spillway.yaml';
    const { config, warnings } = load(readFileSync(file, 'utf8'), { file });
    expect(config.campaigns[0]).toMatchObject({ id: 'lny-2026', admission: { ratePerSecond: 390, burst: 20 } });
    expect(config.upstreams[0]?.concurrency).toMatchObject({ mode: 'fixed', limit: 20 });
    expect(warnings.map(({ rule }) => rule)).toEqual(['ticket-keys-made-at-start', 'store-not-durable']);
  });

  it('says everything that is wrong at once, in the places of the file, whatever else is wrong', () => {
    const problems = problemsOf(`
server: { trustProxy: ['*'], prot: 1 }
upstreams:
  - { id: BAD, targets: [http://127.0.0.1:9000] }
  - { id: b, targets: [http://127.0.0.1:9001/path] }
campaigns:
  - { id: no-routes, upstream: b }
  - id: c
    upstream: b
    routes: [{ path: not-a-path }, { path: /queue/x }]
    queue: { graceMs: 20 }
`);
    expect(problems.map(({ rule, path }) => `${rule} ${path}`).sort()).toEqual([
      'format campaigns[1].routes[0].path',
      'format upstreams[0].id',
      'range campaigns[1].queue.graceMs',
      'required campaigns[0].routes',
      'route-below-base-path campaigns[1].routes[1].path',
      'target-not-origin upstreams[1].targets[0]',
      'trust-everyone server.trustProxy[0]',
      'unknown-key server.prot',
    ]);
    expect(problems.find(({ rule }) => rule === 'route-below-base-path')?.source).toBe('spillway.yaml:10');
  });

  it('draws no conclusion from a value that it refused', () => {
    const text = configText({ campaign: 'queue: { graceMs: 20000, poll: { maxMs: soon } }' });
    expect(problemsOf(text).map(({ path }) => path)).toEqual(['campaigns[0].queue.poll.maxMs']);
    const second = '  - { id: second, targets: [http://127.0.0.1:9001] }\ncampaigns:';
    const renamed = MINIMAL.replace('id: incentives', 'id: INCENTIVES').replace('campaigns:', second);
    expect(problemsOf(renamed).map(({ rule }) => rule)).toEqual(['format']);
  });

  it('counts list entries as the file does, however many it had to leave out', () => {
    const top = 'server: { trustProxy: [1, 2, 0.0.0.0/0, {}, nonsense] }';
    expect(problemsOf(configText({ top })).map(({ rule, path }) => `${rule} ${path}`)).toEqual([
      ...[0, 1, 3].map((index) => `type server.trustProxy[${index}]`),
      'trust-everyone server.trustProxy[2]',
      'proxy-not-cidr server.trustProxy[4]',
    ]);
    const problems = problemsOf(`
upstreams: [{ id: a, targets: [http://127.0.0.1:1] }]
campaigns:
  - { id: c0, upstream: a }
  - { id: c1, upstream: a, routes: [{ path: /1 }], queue: { graceMs: 2000 } }
  - { id: c2, upstream: 5, routes: [{ path: /2 }], queue: { graceMs: 2000 } }
  - { id: c3, upstream: a, routes: [{ path: /3 }], queue: { graceMs: 2000 } }
`);
    expect(problems.map(({ rule, path }) => `${rule} ${path}`)).toEqual([
      'required campaigns[0].routes',
      'type campaigns[2].upstream',
      'grace-shorter-than-poll campaigns[1].queue.graceMs',
      'grace-shorter-than-poll campaigns[3].queue.graceMs',
    ]);
  });

  it('names the nearest key, and the place of a key that stands one level too high', () => {
    expect(problemsOf(configText({ top: 'store: { keyprefix: a }' }))[0]?.cure).toMatch(/^Did you mean keyPrefix\?/);
    expect(problemsOf(configText({ campaign: 'graceMs: 50000' }))[0]?.cure).toBe(
      'It belongs at campaigns[0].queue.graceMs.',
    );
  });

  it('says every fault of the text with its line', () => {
    const problems = problemsOf('server: { port: 1 }\nstore: [\n');
    expect(problems[0]).toMatchObject({ rule: 'yaml-syntax', source: 'spillway.yaml:3' });
    for (const text of [
      'a: &a [*a]',
      '['.repeat(5000),
      '- '.repeat(2000),
      'a: 1\n---\nb: 2',

      '"',
      `a: ${'{a: '.repeat(40)}${'}'.repeat(40)}`,
    ]) {
      expect(problemsOf(text)[0]?.rule).toBe('yaml-syntax');
      expect(problemsOf(text).length).toBeLessThan(12);
    }
  });

  it('refuses an alias bomb before it unfolds', () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `k${level + 1}: &k${level + 1} [${`*k${level},`.repeat(9)}]`,
    );
    expect(problemsOf(`k0: &k0 [x]\n${levels.join('\n')}`)[0]?.rule).toBe('yaml-syntax');
  });

  it('gives campaigns that share settings by an anchor their own copy', () => {
    const text = `
upstreams: [{ id: a, targets: [http://127.0.0.1:9000] }]
campaigns:
  - &first { id: one, upstream: a, routes: [{ path: /one }], admission: { ratePerSecond: 5 } }
  - { <<: *first, id: two, routes: [{ path: /two }] }
`;
    const { config } = load(text, { env: { SPILLWAY_CAMPAIGNS_ONE_ADMISSION_RATE_PER_SECOND: '7' } });
    expect(config.campaigns.map(({ admission }) => admission.ratePerSecond)).toEqual([7, 5]);
  });

  it('says which file it could not read', () => {
    const read = () => load('', { text: undefined as never, file: '/run/secrets/absent' });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/file-unreadable.*\n.*ENOENT/);
  });

  it('hands out the ticket secrets it has checked, without the line end of the file', () => {
    const keys = '[{ id: k2, secretFile: /run/secrets/long }, { id: k1, secret: fedcba9876543210fedcba9876543210 }]';
    const { ticketKeys } = load(configText({ top: `tickets: { keys: ${keys} }` }));
    expect(ticketKeys.map(({ id, secret }) => [id, Buffer.from(secret).toString()])).toEqual([
      ['k2', '0123456789abcdef0123456789abcdef'],
      ['k1', 'fedcba9876543210fedcba9876543210'],
    ]);
  });
});

describe('A secret file', () => {
  it('that changes while it is loaded is used as it was checked', () => {
    let reads = 0;
    const readFile = () => Buffer.from(reads++ === 0 ? '0123456789abcdef0123456789abcdef' : 'short');
    const top = 'tickets: { keys: [{ id: k1, secretFile: /run/secrets/changing }] }';
    expect(load(configText({ top }), { readFile }).ticketKeys[0]?.secret).toHaveLength(32);
  });
});

describe('The revision', () => {
  const revision = (top: string) => load(configText({ top })).revision;

  it('is the same for the same settings, however they are written', () => {
    expect(revision('# a comment\nserver: { host: 127.0.0.1, port: 8080 }')).toBe(revision('server: { port: 8080 }'));
    expect(load(MINIMAL, { env: { SPILLWAY_SERVER_PORT: '81' } }).revision).toBe(revision('server: { port: 81 }'));
    expect(revision('')).toMatch(/^[0-9a-f]{12}$/);
  });

  it('changes with every setting and secret, but not with a password in a URL', () => {
    const key = (secret: string) => revision(`tickets: { keys: [{ id: k, secret: ${secret.repeat(32)} }] }`);
    expect(new Set([revision(''), revision('server: { port: 81 }'), key('a'), key('b')]).size).toBe(4);
    const url = (password: string) => revision(`store: { url: 'redis://u:${password}@h' }`);
    expect(url('one')).toBe(url('two'));
  });
});
