/** A real Prometheus watches a burst: every panel shows something, and the alerts that fire are those that should. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { COUNTERS, GAUGES, HISTOGRAMS } from '../../src/metrics/definitions.js';
import { call, change, operated } from '../admin/operator.js';
import { claim, send } from '../gateway/client.js';
import { crowd } from '../gateway/pace.js';
import { GatewayBench, gatewayYaml, type RunningGateway } from '../support/gateway.js';
import { grant, type RecordingUpstream } from '../support/recording-upstream.js';
import { sharedRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { expressions } from './dashboard-files.js';
import { PrometheusServer } from './prometheus-server.js';

const redis = sharedRedis();
const bench = new GatewayBench();
const prometheus = new PrometheusServer();
const seconds = (): number => Math.floor(Date.now() / 1000);

let gateway: RunningGateway;
/** A campaign that opens soon needs two, or an alert fires. */
let gateways: readonly RunningGateway[];
let upstream: RecordingUpstream;
/** The run: a healthy burst until `troubled`, then a service that fails. */
let [began, troubled, ended] = [0, 0, 0];

beforeAll(async () => {
  upstream = await bench.recording();
  const campaign = {
    schedule: { opensAt: new Date(Date.now() + 6000).toISOString(), closesAt: '2099-01-01T00:00:00Z' },
    limits: [{ name: 'per-user', capacity: 50, refillPerSecond: 50 }],
    admission: { ratePerSecond: 20, burst: 5 },
    queue: { poll: { nearMs: 200, maxMs: 2000 }, graceMs: 3000 },
    claims: { mode: 'per-claimant' },
    budget: { claims: 5000 },
  };
  const settings = operated({
    campaign: { ...campaign, schedule: { ...campaign.schedule, prequeueAt: '2020-01-01T00:00:00Z' } },
    // Quiet; it has sessions, and a document that is the same for everybody.
    campaigns: [
      {
        id: 'quiz',
        upstream: 'incentives',
        routes: [{ methods: ['POST'], path: '/campaigns/quiz/claims' }],
        claimant: { from: 'header', name: 'x-user-id', unverified: true },
        session: { ttlMs: 60_000, maxActive: 10 },
        pass: [{ methods: ['GET'], path: '/campaigns/quiz/info' }],
        cache: {},
      },
    ],
    redisUrl: redis().url,
    store: { keyPrefix: 'prometheus', deadlineMs: 1000 },
    // Its answers are what is watched here, so every claim goes on to it however it fails.
    upstream: { idempotent: true, health: { breaker: { faults: 1000 }, successRate: { maxRejectShare: 0 } } },
  });
  let file = gatewayYaml(upstream.url, settings);
  const open = () => bench.openYaml(file, undefined, () => file);
  gateways = [await open(), await open()];
  gateway = gateways[0]!;
  await prometheus.start(gateways.map(({ adminUrl }) => adminUrl.slice('http://'.length)));
  began = seconds();
  await prequeue();
  for (let at = 0; at < 3; at++) await send(gateway.port, { path: '/campaigns/quiz/info' });
  await crowd({ people: 300, portOf: (person) => gateways[person % 2]!.port, patienceMs: 24_000 });
  file = file.replace('burst: 5', 'burst: 6');
  for (const each of gateways) await call(each, 'post', '/admin/v1/reload').send({ reason: 'a test' }).expect(200);
  await change(gateway, { ratePerSecond: 30 }).expect(200);
  troubled = seconds();
  upstream.respond = (_request, response) => void response.destroy();
  const fired = async () => (await prometheus.fired(troubled, seconds())).length;
  const newcomers = crowdOfNewcomers(30);
  await until(async () => (await fired()) >= 4 || seconds() > troubled + 30);
  await newcomers.leave();
  upstream.respond = grant;
  ended = seconds();
}, 150_000);

/** Some join before the opening; one asks again too early, one leaves, one shows a ticket that is none. */
async function prequeue(): Promise<void> {
  const join = (user: string) =>
    send(gateway.port, { method: 'POST', path: '/queue/lny/tickets', headers: { 'x-user-id': user } });
  const tickets = await Promise.all(
    ['ann', 'bea', 'cid'].map(async (user) => String((await join(user)).json().ticket)),
  );
  for (let at = 0; at < 5; at++) await send(gateway.port, { path: `/queue/lny/tickets/${tickets[0]}` });
  await send(gateway.port, { path: `/queue/lny/tickets/${tickets[0]}x` });
  await send(gateway.port, { method: 'DELETE', path: '/queue/lny/tickets/me', headers: { 'x-user-id': 'bea' } });
  await claim(gateway.port, 'dan');
}

/** People with nothing granted yet, who go on trying until they are told to leave. */
function crowdOfNewcomers(people: number): { leave(): Promise<unknown> } {
  let stay = true;
  const person = async (user: string): Promise<void> => {
    while (stay) {
      await claim(gateway.port, user);
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
  };
  const all = Promise.all(Array.from({ length: people }, (_, at) => person(`late${at}`)));
  return {
    leave: () => {
      stay = false;
      return all;
    },
  };
}

afterAll(async () => {
  await prometheus.stop();
  await bench.stopAll();
});

/** As Grafana fills them in for a run of a minute. */
function filledIn(expression: string): string {
  return expression
    .replaceAll('$__rate_interval', '15s')
    .replaceAll('$__range', '2m')
    .replaceAll('$__interval', '1s')
    .replaceAll(/\$(job|instance|campaign)\b/g, '.+');
}

describe('A Prometheus that watches a burst every second', () => {
  it('finds points for every expression of every dashboard', async () => {
    const empty: string[] = [];
    for (const { where, expr } of expressions()) {
      // This process may be older than any test.
      const query = filledIn(expr).replace('time() - process_start_time_seconds', '0 * process_start_time_seconds');
      const series = await prometheus.range(query, began, ended);
      if (!series.some(({ values }) => values.length > 0)) empty.push(`${where}: ${expr}`);
    }
    expect(empty).toEqual([]);
  });

  it('fires nothing but the watchdog while all is well, long line or not', async () => {
    const waiting = await prometheus.range('job_campaign:spillway_line_waiting:max', began, troubled);
    expect(Math.max(...waiting.flatMap(({ values }) => values.map(([, value]) => Number(value))))).toBeGreaterThan(50);
    expect(await prometheus.fired(began, troubled)).toEqual(['Watchdog']);
  });

  it('fires what a failing service should fire, as soon as it fails, and nothing else', async () => {
    const fired = await prometheus.fired(troubled, ended);
    expect(fired).toEqual(expect.arrayContaining(['BudgetBurnFast', 'UnknownClaims', 'Watchdog']));
    // Of all requests, polls of the burst before among them, two in a hundred must fail for the last one: it may come later.
    expect(fired.filter((name) => name !== 'CampaignErrorSpike')).toHaveLength(3);
  });

  it('sees every metric of the catalogue, and of what counts and measures every one that moved', async () => {
    const seen = async (query: string): Promise<boolean> => (await prometheus.range(query, began, ended)).length > 0;
    const missing: string[] = [];
    for (const { name } of [...Object.values(COUNTERS), ...Object.values(GAUGES)])
      if (!(await seen(name))) missing.push(name);
    for (const { name } of Object.values(HISTOGRAMS)) if (!(await seen(`sum(${name}_count) > 0`))) missing.push(name);
    const silent: string[] = [];
    for (const { name } of Object.values(COUNTERS)) if (!(await seen(`sum(${name}) > 0`))) silent.push(name);
    expect(missing).toEqual([]);
    // Nobody is shed or banned here, the store never leaves, and nothing is logged.
    expect(silent.sort()).toEqual([
      ...['spillway_address_bans_total', 'spillway_address_refusals_total', 'spillway_log_lines_dropped_total'],
      ...['spillway_shed_total', 'spillway_store_fallback_decisions_total'],
    ]);
  });
});
