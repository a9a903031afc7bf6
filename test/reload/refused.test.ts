import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { call, operated } from '../admin/operator.js';
import { claim } from '../gateway/client.js';
import { GatewayBench, type GatewaySettings, gatewayYaml, type RunningGateway, sumOf } from '../support/gateway.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

let upstreamUrl: string;
let gateway: RunningGateway;
/** What the file says now. */
let text: string;

const write = (settings: GatewaySettings): void => {
  text = gatewayYaml(upstreamUrl, operated(settings));
};
const configured = async () => sumOf(await gateway.metrics(), 'spillway_admission_configured_rate');
const ask = (query = '') => call(gateway, 'post', `/admin/v1/reload${query}`).send({ reason: 'a test' });
const revision = async () => (await call(gateway, 'get', '/admin/v1/config')).body.revision as string;

beforeEach(async () => {
  ({ url: upstreamUrl } = await bench.recording());
  write({});
  gateway = await bench.openYaml(text, undefined, () => text);
});

describe('POST /admin/v1/reload', () => {
  it('names what has changed, shows the new revision everywhere, and is in the audit log', async () => {
    const before = await revision();
    write({ campaign: { admission: { ratePerSecond: 42, burst: 4 } } });
    const dry = (await ask('?dryRun=true').expect(200)).body;
    expect([dry.outcome, dry.revision]).toEqual(['dry-run', before]);
    expect(await configured()).toBe(10_000);
    const { body } = await ask().expect(200);
    expect(body).toMatchObject({
      outcome: 'done',
      changed: ['campaigns[lny].admission.ratePerSecond', 'campaigns[lny].admission.burst'],
    });
    expect(body.revision).not.toBe(before);
    expect(await revision()).toBe(body.revision);
    expect(await configured()).toBe(42);
    const metrics = await gateway.metrics();
    expect([...metrics.keys()].filter((name) => name.startsWith('spillway_config_info'))).toEqual([
      `spillway_config_info{revision="${body.revision}"}`,
    ]);
    expect(metrics.get('spillway_config_reloads_total{result="applied"}')).toBe(1);
    const [record] = (await call(gateway, 'get', '/admin/v1/audit')).body.records;
    expect(record).toMatchObject({
      action: 'reload',
      who: 'ops',
      reason: 'a test',
      after: { revision: body.revision },
    });
    expect((await ask().expect(200)).body).toMatchObject({ outcome: 'unchanged', changed: [] });
  });

  it('keeps what runs when the file is wrong, and says what is wrong with it', async () => {
    const before = await revision();
    write({ campaign: { admission: { ratePerSecond: -1 } } });
    const { body } = await ask().expect(422);
    expect(body.code).toBe('CONFIG_INVALID');
    expect(body.problems[0]).toMatchObject({ path: 'campaigns[0].admission.ratePerSecond', value: -1 });
    expect([await revision(), await configured()]).toEqual([before, 10_000]);
    const metrics = await gateway.metrics();
    expect(metrics.get('spillway_config_reloads_total{result="invalid"}')).toBe(1);
    expect(metrics.get('spillway_config_last_reload_successful')).toBe(0);
    expect((await claim(gateway.port, 'ann')).status).toBe(201);
    write({});
    await ask().expect(200);
    expect((await gateway.metrics()).get('spillway_config_last_reload_successful')).toBe(1);
  });

  it('changes nothing where one setting needs a restart, and names it', async () => {
    const before = await revision();
    write({ campaign: { admission: { ratePerSecond: 42, burst: 4 } }, server: { basePath: '/line' } });
    const { body } = await ask().expect(409);
    expect(body).toMatchObject({ code: 'RESTART_NEEDED', settings: ['server.basePath'] });
    expect(body.detail).toContain('server.basePath');
    expect([await revision(), await configured()]).toEqual([before, 10_000]);
  });

  it('changes nothing where the parts cannot be put together', async () => {
    write({ campaign: { admission: { ratePerSecond: 42, burst: 4 }, page: { textsFolder: '/nowhere' } } });
    const { body } = await ask();
    expect(['CONFIG_INVALID', 'RELOAD_FAILED']).toContain(body.code);
    expect(await configured()).toBe(10_000);
    expect((await claim(gateway.port, 'ann')).status).toBe(201);
  });

  it('takes tokens away and gives them at once', async () => {
    const yaml = text;
    text = yaml.replace(/name: grafana/, 'name: prometheus').replace(/role: viewer/, 'role: operator');
    await ask().expect(200);
    const body = { reason: 'a test', burst: 9 };
    await call(gateway, 'patch', '/admin/v1/campaigns/lny', 'look-only').send(body).expect(200);
    text = yaml.replace(/ {2}tokens:[\s\S]*?(?=^store:)/m, '');
    await call(gateway, 'post', '/admin/v1/reload').send({ reason: 'a test' }).expect(200);
    await call(gateway, 'get', '/admin/v1/config').expect(401);
  });
});
