import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { call, operated } from '../admin/operator.js';
import { claim, send } from '../gateway/client.js';
import { GatewayBench, type GatewaySettings, gatewayYaml, type RunningGateway, sumOf } from '../support/gateway.js';
import { grant, type RecordingUpstream } from '../support/recording-upstream.js';
import { until } from '../support/until.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

let upstream: RecordingUpstream;
let gateway: RunningGateway;
/** What the file says now. */
let text: string;

const write = (settings: GatewaySettings, target = upstream.url): void => {
  text = gatewayYaml(target, operated(settings));
};
const reload = () => gateway.gateway.reload('signal');

async function open(settings: GatewaySettings = {}): Promise<void> {
  write(settings);
  gateway = await bench.openYaml(text, undefined, () => text);
}

beforeEach(async () => {
  upstream = await bench.recording();
});

describe('A reload', () => {
  it('changes rate, limits and routes for the requests that come after it', async () => {
    // A door whose bucket, empty at first, is full at once: what is owed at one rate is owed at the next.
    const admission = { ratePerSecond: 1000, burst: 1 };
    await open({ campaign: { limits: [{ name: 'one', capacity: 1, refillPerSecond: 0.001 }], admission } });
    expect((await claim(gateway.port, 'ann')).status).toBe(201);
    expect((await claim(gateway.port, 'ann')).status).toBe(429);
    const limits = [
      { name: 'one', capacity: 3, refillPerSecond: 0.001 },
      { name: 'here', key: 'address', capacity: 1000, refillPerSecond: 1000 },
    ];
    const routes = [
      { methods: ['POST'], path: '/campaigns/lny/claims' },
      { methods: ['POST'], path: '/campaigns/lny/again' },
    ];
    write({ campaign: { limits, routes, admission: { ratePerSecond: 77, burst: 7 } } });
    const outcome = await reload();
    expect(outcome).toMatchObject({ kind: 'applied' });
    expect('changed' in outcome && [...outcome.changed].sort()).toEqual([
      'campaigns[lny].admission.burst',
      'campaigns[lny].admission.ratePerSecond',
      'campaigns[lny].limits',
      'campaigns[lny].routes',
    ]);
    const again = await claim(gateway.port, 'bea', { path: '/campaigns/lny/again' });
    expect(again.status).toBe(201);
    expect(again.headers['ratelimit-policy']).toBe('"one";q=3;w=3000, "here";q=1000;w=1');
    const metrics = await gateway.metrics();
    expect(sumOf(metrics, 'spillway_admission_configured_rate')).toBe(77);
    expect(sumOf(metrics, 'spillway_limiter_checks_total', { limit: 'here', result: 'allowed' })).toBe(1);
  });

  it('opens a campaign whose opening is put forward, and the page goes by it', async () => {
    await open({ campaign: { schedule: { opensAt: '2099-01-01T00:00:00Z' } } });
    expect((await claim(gateway.port, 'ann')).json().code).toBe('NOT_STARTED');
    write({ campaign: { schedule: { opensAt: '2020-01-01T00:00:00Z' }, page: { title: 'Lanterns' } } });
    await reload();
    expect((await claim(gateway.port, 'ann')).status).toBe(201);
    const page = await send(gateway.port, { path: '/queue/lny', headers: { accept: 'text/html' } });
    expect(page.body.toString()).toContain('Lanterns');
  });

  it('keeps every place, and what operators have set', async () => {
    const slow = { admission: { ratePerSecond: 0.01, burst: 1 }, queue: { holdMs: 0 } };
    await open({ campaign: slow });
    await claim(gateway.port, 'first');
    const before = (await claim(gateway.port, 'ann')).json();
    await call(gateway, 'patch', '/admin/v1/campaigns/lny').send({ maxWaiting: 5, reason: 'a test' }).expect(200);
    write({ campaign: { ...slow, publish: { waiting: 'rounded' } } });
    expect((await reload()).kind).toBe('applied');
    const after = (await claim(gateway.port, 'ann', { headers: { 'spillway-ticket': String(before.ticket) } })).json();
    expect(after).toMatchObject({ code: 'QUEUED', number: before.number });
    const { body } = await call(gateway, 'get', '/admin/v1/campaigns/lny');
    expect(body).toMatchObject({ overrides: { maxWaiting: 5 }, settings: { maxWaiting: 5 } });
  });

  it('hands over to other targets, while claims at the old ones are answered', async () => {
    const other = await bench.recording();
    let answer = (): void => {};
    upstream.respond = (request, response) => {
      answer = () => grant(request, response);
    };
    await open();
    const early = claim(gateway.port, 'ann');
    await upstream.arrived(1);
    write({}, other.url);
    expect((await reload()).kind).toBe('applied');
    expect((await claim(gateway.port, 'bea')).status).toBe(201);
    expect([upstream.requests.length, other.requests.length]).toEqual([1, 1]);
    answer();
    expect((await early).status).toBe(201);
  });
});

describe('A campaign', () => {
  const second = {
    id: 'mid-autumn',
    upstream: 'incentives',
    routes: [{ methods: ['POST'], path: '/campaigns/moon/claims' }],
    claimant: { from: 'header', name: 'x-user-id', unverified: true },
    admission: { ratePerSecond: 1000, burst: 100 },
  };
  const pause = () =>
    call(gateway, 'patch', '/admin/v1/campaigns/mid-autumn').send({ state: 'paused', reason: 'a test' }).expect(200);
  const MOON = { path: '/campaigns/moon/claims' };

  it('is added, with its line, its settings and its metrics', async () => {
    await open();
    expect((await claim(gateway.port, 'ann', MOON)).json().code).toBe('NO_ROUTE');
    write({ campaigns: [second] });
    expect(await reload()).toMatchObject({ kind: 'applied', changed: ['campaigns[mid-autumn]'] });
    expect((await claim(gateway.port, 'ann', MOON)).status).toBe(201);
    await pause();
    expect((await claim(gateway.port, 'bea', MOON)).json()).toMatchObject({ code: 'QUEUED', number: 1 });
    const metrics = await gateway.metrics();
    expect(sumOf(metrics, 'spillway_admissions_total', { campaign: 'mid-autumn' })).toBe(1);
    expect(sumOf(metrics, 'spillway_line_waiting', { campaign: 'mid-autumn' })).toBe(1);
  });

  it('is taken away: its claim under way is answered, its line is told, and its places are there when it is back', async () => {
    await open({ campaigns: [second] });
    let answer = (): void => {};
    upstream.respond = (request, response) => {
      answer = () => grant(request, response);
    };
    const under = claim(gateway.port, 'ann', MOON);
    await upstream.arrived(1);
    await pause();
    const waiting = (await claim(gateway.port, 'bea', MOON)).json();
    write({});
    expect((await reload()).kind).toBe('applied');
    expect((await claim(gateway.port, 'cid', MOON)).status).toBe(404);
    expect((await send(gateway.port, { path: '/queue/mid-autumn/status.json' })).status).toBe(404);
    await call(gateway, 'get', '/admin/v1/campaigns/mid-autumn').expect(404);
    const gone = await gateway.metrics();
    expect([...gone.keys()].filter((name) => name.startsWith('spillway_campaign_state{campaign="mid'))).toEqual([]);
    answer();
    expect((await under).status).toBe(201);
    write({ campaigns: [{ ...second, admission: { ratePerSecond: 500, burst: 50 } }] });
    expect((await reload()).kind).toBe('applied');
    const poll = { path: `/queue/mid-autumn/tickets/${String(waiting.ticket)}` };
    await until(async () => (await send(gateway.port, poll)).status === 200);
    expect((await send(gateway.port, poll)).json()).toMatchObject({ number: waiting.number });
    expect((await claim(gateway.port, 'cid', MOON)).json().number).toBe(Number(waiting.number) + 1);
  });
});
