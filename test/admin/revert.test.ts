import { afterEach, describe, expect, it } from '@jest/globals';
import { GatewayBench, type RunningGateway } from '../support/gateway.js';
import { sharedRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { call, change, LNY, operated } from './operator.js';

const redis = sharedRedis();
const bench = new GatewayBench();
afterEach(() => bench.stopAll());

const rate = ({ gateway }: RunningGateway) =>
  gateway.campaigns.get('lny')!.live.effective.campaign.admission.ratePerSecond;
const audit = async (gateway: RunningGateway) => (await call(gateway, 'get', '/admin/v1/audit')).body;
let serial = 0;

describe('A change with revertAfterSeconds', () => {
  it('is taken back when its time is over, once, by whichever gateway lives, restarts and all', async () => {
    const { url } = await bench.recording();
    const store = { keyPrefix: `revert${serial++}`, deadlineMs: 500 };
    const open = () => bench.open(url, operated({ store, redisUrl: redis().url }));
    const first = await open();
    await change(first, { ratePerSecond: 40 }).expect(200);
    const { body } = await change(first, { ratePerSecond: 4, revertAfterSeconds: 2 }).expect(200);
    expect(body.effect.at(-1)).toBe(
      'After 2 s what holds now holds again, unless somebody changes something meanwhile.',
    );
    expect(Date.parse(body.revertsAt)).toBeGreaterThan(Date.parse(body.at));
    await first.gateway.stop();
    const [a, b] = [await open(), await open()];
    expect([rate(a), rate(b)]).toEqual([4, 4]);
    await until(() => rate(a) === 40 && rate(b) === 40);
    const { records, chains } = await audit(a);
    expect(records.map(({ action }: { action: string }) => action)).toEqual(['revert', 'change', 'change']);
    expect(records[0]).toMatchObject({
      who: 'ops',
      reason: 'taken back as ordered: a test',
      after: { ratePerSecond: 40 },
    });
    expect(chains.lny).toMatchObject({ kind: 'intact', to: 3 });
    expect((await call(b, 'get', LNY)).body).toMatchObject({ revision: 3, revertsAt: null });
  });

  it('stays when somebody changes something meanwhile, who is told so', async () => {
    const gateway = await bench.open((await bench.recording()).url, operated());
    await change(gateway, { ratePerSecond: 4, revertAfterSeconds: 600 }).expect(200);
    const { body } = await change(gateway, { burst: 3 }).expect(200);
    expect(body.effect).toContain('The change that was to be taken back by itself stays for good.');
    expect(body).toMatchObject({ revertsAt: null, overrides: { ratePerSecond: 4, burst: 3 } });
  });
});

describe('Single places', () => {
  const placed = async (gateway: RunningGateway, user: string) =>
    (
      await fetch(`${gateway.url}/queue/lny/tickets`, { method: 'POST', headers: { 'x-user-id': user } })
    ).json() as Promise<{
      ticket: string;
      number: number;
    }>;
  const seek = (gateway: RunningGateway, field: string, value: string) =>
    call(gateway, 'get', `${LNY}/place`, 'look-only').set(field, value);

  it('are looked up by ticket or claimant, without giving a ticket away', async () => {
    const campaign = { admission: { ratePerSecond: 0.01, burst: 1 } };
    const gateway = await bench.open((await bench.recording()).url, operated({ campaign }));
    await placed(gateway, 'first');
    const ann = await placed(gateway, 'ann');
    const byClaimant = await seek(gateway, 'Spillway-Claimant', 'ann').expect(200);
    expect(byClaimant.body).toMatchObject({ campaign: 'lny', state: 'waiting', number: ann.number, missedCalls: 0 });
    expect(byClaimant.body.ticket).toBeUndefined();
    const byTicket = await seek(gateway, 'Spillway-Ticket', ann.ticket).expect(200);
    expect(byTicket.body).toMatchObject({ number: ann.number, position: byClaimant.body.position });
    await seek(gateway, 'Spillway-Claimant', 'nobody').expect(404);
    await seek(gateway, 'Spillway-Ticket', `${ann.ticket}x`).expect(404);
    await seek(gateway, 'Spillway-Ticket', '').expect(422);
  });

  it('are taken away by an operator; their owner joins again at the end', async () => {
    const campaign = { admission: { ratePerSecond: 0.01, burst: 1 } };
    const gateway = await bench.open((await bench.recording()).url, operated({ campaign }));
    const ann = await placed(gateway, 'ann');
    const bea = await placed(gateway, 'bea');
    const evict = (token?: string) =>
      call(gateway, 'delete', `${LNY}/place`, token).set('Spillway-Claimant', 'ann').send({ reason: 'a bot' });
    await evict('look-only').expect(403);
    await evict().expect(200);
    await until(async () => (await seek(gateway, 'Spillway-Claimant', 'ann')).status === 404);
    expect((await placed(gateway, 'ann')).number).toBe(bea.number + 1);
    expect(ann.number).toBe(bea.number - 1);
    const { records } = await audit(gateway);
    const [before, after] = [{ number: ann.number }, { number: null }];
    expect(records).toMatchObject([{ action: 'evict', who: 'ops', reason: 'a bot', before, after }]);
    expect(JSON.stringify(records)).not.toContain('ann');
  });

  it('are called ahead of their time, while the campaign is open and for whom something is left', async () => {
    const campaign = { admission: { ratePerSecond: 0.01, burst: 1 }, budget: { claims: 3 } };
    const gateway = await bench.open((await bench.recording()).url, operated({ campaign }));
    const release = (query: string, body: object) =>
      call(gateway, 'post', `${LNY}/release${query}`).send({ reason: 'nobody comes', ...body });
    const people: Array<{ ticket: string }> = [];
    for (const user of ['ann', 'bea', 'cid', 'dan', 'eve']) people.push(await placed(gateway, user));
    const stateOf = async (at: number) =>
      (await seek(gateway, 'Spillway-Ticket', people[at]!.ticket)).body.state as string;
    expect(await stateOf(2)).toBe('waiting');
    await release('', { count: 0 }).expect(422);
    expect((await release('?dryRun=true', { count: 2 }).expect(200)).body.effect[0]).toContain('The next 2 in line');
    expect(await stateOf(2)).toBe('waiting');
    await release('', { count: 100 }).expect(200);
    await until(async () => (await stateOf(2)) === 'called');
    expect(await stateOf(4)).toBe('waiting');
    await call(gateway, 'patch', LNY).send({ state: 'paused', reason: 'a test' }).expect(200);
    await release('', { count: 1 }).expect(422);
    const { records, chains } = await audit(gateway);
    expect(records[1]).toMatchObject({ action: 'release', who: 'ops', reason: 'nobody comes' });
    expect(chains.lny).toMatchObject({ kind: 'intact', records: 2 });
  });
});

describe('The log level', () => {
  it('changes while the gateway runs, and the audit log says who did it', async () => {
    const gateway = await bench.open((await bench.recording()).url, operated());
    expect((await call(gateway, 'get', '/admin/v1/log', 'look-only').expect(200)).body.level).toBe('silent');
    const put = (body: object) => call(gateway, 'put', '/admin/v1/log').send({ reason: 'a test', ...body });
    await put({ level: 'loud' }).expect(422);
    expect((await put({ level: 'fatal' }).expect(200)).body.level).toBe('fatal');
    expect((await call(gateway, 'get', '/admin/v1/log')).body.level).toBe('fatal');
    const { records } = await audit(gateway);
    expect(records[0]).toMatchObject({
      action: 'log-level',
      who: 'ops',
      before: { level: 'silent' },
      after: { level: 'fatal' },
    });
    const metrics = await gateway.metrics();
    expect(metrics.get('spillway_admin_actions_total{action="log-level",result="done"}')).toBe(1);
    expect(metrics.get('spillway_admin_actions_total{action="log-level",result="refused"}')).toBe(1);
  });
});
