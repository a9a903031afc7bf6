import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/load.js';
import { configChanges, isLiveSetting, LIVE_SETTINGS, primarySettings } from '../../src/config/reloadable.js';
import { nodeAt } from '../../src/config/setting-tree.js';
import type { GatewaySettings } from '../support/gateway.js';
import { gatewayYaml } from '../support/gateway.js';

const load = (settings: GatewaySettings = {}) =>
  loadConfig({ file: 'test.yaml', text: gatewayYaml('http://127.0.0.1:9', settings), env: {} }).config;
const changes = (before: GatewaySettings, after: GatewaySettings) => configChanges(load(before), load(after));

const primary = (before: GatewaySettings, after: GatewaySettings) => primarySettings(load(before), load(after));

describe('What replacing all workers cannot change', () => {
  const url = 'redis://user:one@127.0.0.1:6379';
  const at = (store: Readonly<Record<string, unknown>>) => ({ store: { kind: 'redis', url, ...store } });

  it("is the primary's own", () => {
    expect(primary({}, { admin: { port: 9 }, server: { drainMs: 1 }, campaign: { limits: [] } })).toEqual([
      'admin.port',
    ]);
    expect(primary({}, { admin: { tokens: [{ name: 'a', sha256: 'a'.repeat(64), role: 'viewer' }] } })).toEqual([]);
  });

  it('is where the store keeps things, and not how it is reached', () => {
    expect(primary(at({}), at({ lanes: 2, deadlineMs: 50 }))).toEqual(['store.lanes']);
    expect(primary(at({}), at({ keyPrefix: 'other' }))).toEqual(['store.keyPrefix']);
    expect(primary(at({}), at({ url: 'redis://user:one@127.0.0.1:6379/2' }))).toEqual(['store.url']);
    expect(primary(at({}), at({ url: 'redis://user:two@127.0.0.1:6379', deadlineMs: 50 }))).toEqual([]);
    const [one, two] = [1, 2].map((port) => at({ cluster: [{ host: '127.0.0.1', port }] }));
    expect(primary(one!, two!)).toEqual([]);
    expect(primary(at({}), one!)).toEqual(['store.cluster']);
  });
});

describe('What can change while the gateway runs', () => {
  it('is named by settings that there are', () => {
    for (const setting of LIVE_SETTINGS) {
      const path = setting.split(/\.|(?=\[\])/).map((part) => (part === '[]' ? 0 : part));
      expect([setting, nodeAt(path)]).toEqual([setting, expect.anything()]);
    }
  });

  it('is what is named, with all below it, and nothing else', () => {
    expect(isLiveSetting('campaigns[].limits[].capacity')).toBe(true);
    expect(isLiveSetting('campaigns[].queue.poll.maxMs')).toBe(true);
    expect(isLiveSetting('campaigns[].onStoreFailure')).toBe(false);
    expect(isLiveSetting('campaigns[].brandNew')).toBe(false);
    expect(isLiveSetting('server.port')).toBe(false);
  });

  it('is told by id, whatever the order', () => {
    const [a, b] = ['a', 'b'].map((id) => ({ id, upstream: 'incentives', routes: [{ path: `/${id}` }] }));
    expect(changes({ campaigns: [a!, b!] }, { campaigns: [b!, a!] })).toEqual([]);
    expect(changes({ campaigns: [a!] }, { campaigns: [b!] })).toEqual([
      { path: 'campaigns[a]', live: true },
      { path: 'campaigns[b]', live: true },
    ]);
    expect(changes({}, { campaign: { claims: { mode: 'per-claimant' }, queue: { holdMs: 9 } } })).toEqual([
      { path: 'campaigns[lny].queue.holdMs', live: true },
      { path: 'campaigns[lny].claims.mode', live: false },
    ]);
  });

  it('leaves the last ticket key, by which everybody is known, and whether there is a budget', () => {
    expect(changes({ campaign: { budget: { claims: 5 } } }, { campaign: { budget: { claims: 6 } } })).toEqual([
      { path: 'campaigns[lny].budget.claims', live: true },
    ]);
    expect(changes({}, { campaign: { budget: { claims: 6 } } })).toEqual([
      { path: 'campaigns[lny].budget.claims', live: false },
    ]);
    const [config, first, last] = [load(), { id: 'k2', secret: 'x'.repeat(32) }, load().tickets.keys[0]!];
    const withKeys = (keys: Array<typeof first>) => ({ ...config, tickets: { keys } });
    const kept = last as typeof first;
    expect(configChanges(config, withKeys([first, kept]))).toEqual([{ path: 'tickets.keys', live: true }]);
    expect(configChanges(config, withKeys([kept, first]))).toEqual([{ path: 'tickets.keys', live: false }]);
  });
});
