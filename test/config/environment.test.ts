import { describe, expect, it } from '@jest/globals';
import type { Environment } from '../../src/config/environment.js';
import { configText, load, MINIMAL, problemsOf } from './sample.js';

const TWO_LIMITS = configText({ campaign: 'limits: [{ name: per-user }, { name: per-address, key: address }]' });
const withEnv = (env: Environment, text = MINIMAL) => load(text, { env }).config;
const refused = (env: Environment, text = MINIMAL) => problemsOf(text, { env });

describe('SPILLWAY_ variables', () => {
  it('win over the file', () => {
    const text = configText({ top: 'store: { url: redis://file:6379, deadlineMs: 50 }' });
    const env = { SPILLWAY_STORE_URL: 'redis://env:6379', SPILLWAY_STORE_DEADLINE_MS: '75' };
    expect(withEnv(env, text).store).toMatchObject({ url: 'redis://env:6379', deadlineMs: 75 });
  });

  it('take the type of their setting', () => {
    const config = withEnv({
      SPILLWAY_CAMPAIGNS_LNY_2026_QUEUE_ENABLED: 'false',
      SPILLWAY_CAMPAIGNS_LNY_2026_ADMISSION_RATE_PER_SECOND: '0.5',
      SPILLWAY_CAMPAIGNS_LNY_2026_SCHEDULE_OPENS_AT: 'null',
      SPILLWAY_TICKETS_KEYS: '[{"id":"k1","secret":"01234567890123456789012345678901"}]',
      SPILLWAY_TICKETS_KEYS_K1_SECRET: '11111111111111111111111111111111',
    });
    expect(config.campaigns[0]).toMatchObject({
      queue: { enabled: false },
      admission: { ratePerSecond: 0.5 },
      schedule: { opensAt: null },
    });
    expect(config.tickets.keys).toEqual([{ id: 'k1', secret: '11111111111111111111111111111111' }]);
  });

  it('give lists as JSON or with commas', () => {
    const expected = ['10.0.0.0/8', '::1'];
    for (const text of ['10.0.0.0/8,::1', ' 10.0.0.0/8 , ::1, ', '["10.0.0.0/8","::1"]']) {
      expect(withEnv({ SPILLWAY_SERVER_TRUST_PROXY: text }).server.trustProxy).toEqual(expected);
    }
    const none = configText({ top: 'server: { trustProxy: [10.0.0.0/8] }' });
    expect(withEnv({ SPILLWAY_SERVER_TRUST_PROXY: '' }, none).server.trustProxy).toEqual([]);
  });

  it('reach an entry of a list by id, or else by index', () => {
    const byId = withEnv({ SPILLWAY_UPSTREAMS_INCENTIVES_TARGETS: 'http://10.0.0.1:1,http://10.0.0.2:1' });
    expect(byId.upstreams[0]?.targets).toEqual(['http://10.0.0.1:1', 'http://10.0.0.2:1']);
    const byIndex = withEnv({ SPILLWAY_CAMPAIGNS_LNY_2026_LIMITS_1_CAPACITY: '9' }, TWO_LIMITS);
    expect(byIndex.campaigns[0]?.limits.map(({ capacity }) => capacity)).toEqual([5, 9]);
    expect(withEnv({ SPILLWAY_CAMPAIGNS_0_QUEUE_HOLD_MS: '7' }).campaigns[0]?.queue.holdMs).toBe(7);
  });

  it('build a whole configuration on an empty file, containers first', () => {
    const config = withEnv(
      {
        SPILLWAY_UPSTREAMS_A_TIMEOUT_MS: '99',
        SPILLWAY_UPSTREAMS: '[{"id":"a","targets":["http://127.0.0.1:1"]}]',
        SPILLWAY_CAMPAIGNS: '[{"id":"c","upstream":"a","routes":[{"path":"/c"}]}]',
      },
      '',
    );
    expect(config.upstreams[0]).toMatchObject({ id: 'a', timeoutMs: 99 });
  });

  it('are judged as the file is, and named as the source', () => {
    expect(refused({ SPILLWAY_SERVER_PORT: 'eighty' })).toMatchObject([
      { path: 'server.port', value: 'eighty', rule: 'type', source: 'SPILLWAY_SERVER_PORT' },
    ]);
    expect(refused({ SPILLWAY_SERVER_TRUST_PROXY: '::1,0.0.0.0/0' })).toMatchObject([
      { path: 'server.trustProxy[1]', rule: 'trust-everyone', source: 'SPILLWAY_SERVER_TRUST_PROXY' },
    ]);
    expect(refused({ SPILLWAY_UPSTREAMS: '[{' })).toMatchObject([{ rule: 'unreadable-variable' }]);
  });

  it('are errors when they are no settings, with the nearest that is one', () => {
    expect(refused({ SPILLWAY_STORE_ULR: 'redis://u:hunter2@h' })).toEqual([
      {
        path: 'SPILLWAY_STORE_ULR',
        value: 'redis://u:***@h',
        rule: 'unknown-variable',
        problem: expect.stringContaining('no setting'),
        cure: 'Did you mean SPILLWAY_STORE_URL? Otherwise unset it.',
        source: 'SPILLWAY_STORE_ULR',
      },
    ]);
    expect(refused({ SPILLWAY_CAMPAIGNS_LNY_2025_SHADOW: 'false' })[0]?.cure).toContain('LNY_2026_SHADOW');
    expect(refused({ SPILLWAY_STORE_PASSWORD: 'hunter2' })[0]?.value).toBe('***');
  });

  it('are errors when two places answer to the name', () => {
    const text = `${MINIMAL.trimEnd()}\n  - { id: lny.2026, upstream: incentives, routes: [{ path: /other }] }\n`;
    expect(refused({ SPILLWAY_CAMPAIGNS_LNY_2026_SHADOW: 'false' }, text)).toMatchObject([
      { rule: 'ambiguous-variable', problem: expect.stringContaining('campaigns[0].shadow or campaigns[1].shadow') },
    ]);
  });

  it('are passed over when reserved, foreign, unset, or made by Kubernetes for a service of that name', () => {
    const env = {
      PATH: '/bin',
      SPILLWAY_CONFIG: 'other.yaml',
      SPILLWAY_SERVER_HOST: undefined,
      SPILLWAY_PORT: 'tcp://10.0.0.7:8080',
      SPILLWAY_PORT_8080_TCP: 'tcp://10.0.0.7:8080',
      SPILLWAY_PORT_8080_TCP_ADDR: '10.0.0.7',
      SPILLWAY_SERVICE_HOST: '10.0.0.7',
      SPILLWAY_SERVICE_PORT_HTTP: '8080',
      SPILLWAY_ADMIN_PORT: 'tcp://10.0.0.8:9090',
    };
    expect(withEnv(env)).toEqual(withEnv({}));
  });
});
