import { afterEach, describe, expect, it } from '@jest/globals';
import { claim, send } from '../gateway/client.js';
import { GatewayBench, type RunningGateway, sumOf } from '../support/gateway.js';
import { until } from '../support/until.js';
import { call, change, LNY, operated } from './operator.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

async function open(campaign: Record<string, unknown> = {}): Promise<RunningGateway> {
  const { url } = await bench.recording();
  return bench.open(url, operated({ campaign }));
}

/** One token, and the next in twenty minutes: whoever comes second waits. */
const SLOW = { admission: { ratePerSecond: 0.01, burst: 1 } };

async function waitingCrowd(people: number): Promise<RunningGateway> {
  const gateway = await open(SLOW);
  for (let at = 0; at < people; at++) await send(gateway.port, joining(`p${at}`));
  return gateway;
}

const joining = (user: string) => ({
  method: 'POST',
  path: '/queue/lny/tickets',
  headers: { 'x-user-id': user },
});

describe('A campaign in the admin API', () => {
  it('is listed and shown with what holds, what the file says, its line and its claims', async () => {
    const gateway = await waitingCrowd(3);
    const { body, headers } = await call(gateway, 'get', LNY, 'look-only').expect(200);
    const settings = { ratePerSecond: 0.01, burst: 1, concurrencyLimit: 200, maxWaiting: 1_000_000 };
    expect(body).toMatchObject({
      ...{ campaign: 'lny', revision: 0, state: 'open', overrides: {}, settings: { ...settings, state: null } },
      ...{ configured: settings, line: { epoch: 1, waiting: 3, tail: 3 }, claims: { granted: 0 }, storeAnswers: true },
    });
    expect(headers.etag).toBe('"0"');
    const list = await call(gateway, 'get', '/admin/v1/campaigns', 'look-only').expect(200);
    expect(list.body.campaigns).toMatchObject([{ campaign: 'lny', line: { waiting: 3 } }]);
  });

  it('is unknown by another name', async () => {
    const { body } = await call(await open(), 'get', '/admin/v1/campaigns/lyn').expect(404);
    expect(body).toMatchObject({ code: 'CAMPAIGN_UNKNOWN', detail: expect.stringContaining('lny') });
  });

  it('is shown to bearers of a token, and changed by operators only', async () => {
    const gateway = await open();
    await call(gateway, 'get', LNY, '').expect(401);
    await call(gateway, 'patch', LNY, '').send({ ratePerSecond: 5, reason: 'r' }).expect(401);
    const writes = [
      call(gateway, 'patch', LNY, 'look-only').send({ ratePerSecond: 5, reason: 'r' }),
      call(gateway, 'delete', `${LNY}/overrides`, 'look-only'),
      call(gateway, 'post', `${LNY}/reset`, 'look-only').send({ reason: 'r', confirm: 'lny' }),
      call(gateway, 'post', '/admin/v1/drain', 'look-only').send({ reason: 'r' }),
    ];
    for (const write of writes) expect((await write.expect(403)).body.code).toBe('ROLE_INSUFFICIENT');
    expect((await call(gateway, 'get', LNY)).body).toMatchObject({ revision: 0, settings: { ratePerSecond: 10_000 } });
  });
});

describe('A change', () => {
  it('holds over the file, in the API and in the metrics, until it is cleared', async () => {
    const gateway = await open();
    const { body, headers } = await change(gateway, { ratePerSecond: 250, burst: 10, maxWaiting: 7 }).expect(200);
    expect(headers.etag).toBe('"1"');
    expect(body).toMatchObject({
      ...{ outcome: 'done', revision: 1, overrides: { ratePerSecond: 250, burst: 10, maxWaiting: 7 } },
      ...{ settings: { ratePerSecond: 250, burst: 10, maxWaiting: 7 }, configured: { ratePerSecond: 10_000 } },
    });
    const samples = await gateway.metrics();
    expect(sumOf(samples, 'spillway_admission_configured_rate')).toBe(250);
    expect(sumOf(samples, 'spillway_admission_burst')).toBe(10);
    expect(sumOf(samples, 'spillway_line_limit')).toBe(7);
    expect((await change(gateway, { burst: null })).body.overrides).toEqual({ ratePerSecond: 250, maxWaiting: 7 });
    const cleared = await call(gateway, 'delete', `${LNY}/overrides`).expect(200);
    expect(cleared.body).toMatchObject({
      revision: 3,
      overrides: {},
      settings: { ratePerSecond: 10_000, burst: 1000 },
    });
  });

  it('is made from the revision that If-Match names, or not at all', async () => {
    const gateway = await open();
    await change(gateway, { ratePerSecond: 250 }).set('If-Match', '"0"').expect(200);
    for (const etag of ['"0"', '"7"', '"one"', '1']) {
      const { body, headers } = await change(gateway, { ratePerSecond: 9 }).set('If-Match', etag).expect(412);
      expect([body.code, body.revision, headers.etag]).toEqual(['REVISION_STALE', 1, '"1"']);
    }
    await call(gateway, 'delete', `${LNY}/overrides`).set('If-Match', '"0"').expect(412);
    await change(gateway, { ratePerSecond: 125 }).set('If-Match', 'W/"1"').expect(200);
    await change(gateway, { ratePerSecond: 130 }).set('If-Match', '*').expect(200);
    expect((await call(gateway, 'get', LNY)).body.settings.ratePerSecond).toBe(130);
  });

  it('of two who read the same, one is told', async () => {
    const gateway = await open();
    const both = await Promise.all(
      [1, 2].map((rate) => change(gateway, { ratePerSecond: rate }).set('If-Match', '"0"')),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it('is refused with place, reason and cure where the configuration would refuse it', async () => {
    const gateway = await open();
    const wrong: Array<[object, string, RegExp]> = [
      [{ ratePerSecond: 0 }, 'ratePerSecond', /from 0.01 to 1000000/],
      [{ ratePerSecond: '250' }, 'ratePerSecond', /a number/],
      [{ burst: 1.5 }, 'burst', /a whole number/],
      [{ state: 'closed' }, 'state', /one of open, paused, sold-out, ended/],
      [{ ratePerSec: 250 }, 'ratePerSec', /Did you mean ratePerSecond\?/],
      [{ ratePerSecond: 250, reason: '  ' }, 'reason', /text of 1 to 500/],
      [{ ratePerSecond: 250, reason: undefined }, 'reason', /text of 1 to 500/],
      [{ graceMs: 30_000 }, 'graceMs', /more than 30000/],
      [{ concurrencyLimit: 201 }, 'concurrencyLimit', /at most 200/],
    ];
    for (const [body, path, cure] of wrong) {
      const { body: problem } = await change(gateway, body).expect(422);
      expect(problem).toMatchObject({ code: 'VALUE_INVALID', faults: [{ path, cure: expect.stringMatching(cure) }] });
      expect(problem.detail).toContain(path);
    }
    await change(gateway, {}, `${LNY}?dryRun=maybe`).expect(422);
    expect((await call(gateway, 'patch', LNY).type('json').send('{"a":')).status).toBe(400);
    expect((await call(gateway, 'get', LNY)).body.revision).toBe(0);
  });

  it('is predicted by a dry run, which changes nothing', async () => {
    const gateway = await waitingCrowd(40);
    const dry = await change(gateway, { ratePerSecond: 0.2 }, `${LNY}?dryRun=true`).expect(200);
    expect(dry.body).toMatchObject({
      ...{ outcome: 'dry-run', revision: 0, overrides: {}, settings: { ratePerSecond: 0.01 } },
      effect: ['At 0.2/s the 40 waiting clear in 3 min 20 s, instead of 1 h 6 min.'],
    });
    await call(gateway, 'post', `${LNY}/reset?dryRun=true`).send({ reason: 'r', confirm: '' }).expect(200);
    expect((await call(gateway, 'get', LNY)).body).toMatchObject({ revision: 0, line: { epoch: 1, waiting: 40 } });
    expect((await call(gateway, 'get', '/admin/v1/audit')).body.records).toEqual([]);
  });

  it('that changes nothing is no revision', async () => {
    const gateway = await open();
    await change(gateway, { burst: 5 });
    expect((await change(gateway, { burst: 5 }).expect(200)).body).toMatchObject({ outcome: 'unchanged', revision: 1 });
    expect((await call(gateway, 'get', '/admin/v1/audit')).body.records.length).toBe(1);
  });
});

describe('A state', () => {
  it('paused hands nothing over from then on, and keeps places', async () => {
    const gateway = await open();
    expect((await claim(gateway.port, 'ann')).status).toBe(201);
    expect((await change(gateway, { state: 'paused' })).body).toMatchObject({ state: 'paused' });
    const ben = await claim(gateway.port, 'ben');
    expect([ben.status, ben.json().state, ben.json().number]).toEqual([429, 'waiting', 1]);
    expect((await claim(gateway.port, 'cid')).json().number).toBe(2);
    await change(gateway, { state: 'open' });
    const headers = { 'spillway-ticket': String(ben.json().ticket) };
    await until(async () => (await claim(gateway.port, 'ben', { headers })).status === 201);
  });

  it.each([
    ['sold-out', 'SOLD_OUT'],
    ['ended', 'ENDED'],
  ])('%s tells so at once, to claims and to people in line, until it is taken back', async (state, code) => {
    const gateway = await waitingCrowd(1);
    const { ticket } = (await send(gateway.port, joining('p0'))).json();
    await change(gateway, { state });
    const refused = await claim(gateway.port, 'zoe');
    expect([refused.status, refused.headers['spillway-code']]).toEqual([410, code]);
    const poll = await send(gateway.port, { path: `/queue/lny/tickets/${ticket}` });
    expect(poll.json().state).toBe(state);
    await change(gateway, { state: null });
    expect((await send(gateway.port, { path: `/queue/lny/tickets/${ticket}` })).json().state).not.toBe(state);
  });

  it('open opens before the time in the file', async () => {
    const gateway = await open({ schedule: { opensAt: '2099-01-01T00:00:00Z' } });
    expect((await claim(gateway.port, 'ann')).headers['spillway-code']).toBe('NOT_STARTED');
    await change(gateway, { state: 'open' });
    expect((await claim(gateway.port, 'ann')).status).not.toBe(403);
  });
});
