/**
 * What watching the gateway costs: claims with metrics and access log against the same without, in alternation and told
 * apart by processor time a claim; the scrape of 20 campaigns; and how long a change takes to show on the live stream.
 *
 *   node bench/observability.mjs [--rounds 10] [--seconds 1] [--only cost,scrape,live]
 */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { throughput } from './scenarios/catalogue.mjs';
import { prepare } from './scenarios/prepare.mjs';
import { median } from './scenarios/throughput.mjs';
import { startRedis, startService } from './stand/backing.mjs';
import { cpuUs, stopAll } from './stand/processes.mjs';
import { ready } from './stand/ready.mjs';
import { load } from './stand/wrk.mjs';
import { subjects } from './subjects/all.mjs';
import { dist, room } from './subjects/spillway.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '1' },
    only: { type: 'string', default: 'cost,scrape,live' },
  },
});
const UNMETERED = fileURLToPath(new URL('servers/unmetered.mjs', import.meta.url));
const SIDES = [
  { name: 'on', nodeArgs: [], env: { SPILLWAY_LOG_LEVEL: 'info', SPILLWAY_LOG_ACCESS: 'all' } },
  { name: 'off', nodeArgs: ['--import', UNMETERED], env: { SPILLWAY_LOG_LEVEL: 'silent', UNMETERED_DIST: dist } },
];

async function cost() {
  const scenario = throughput.find(({ name }) => name === 'admitted');
  const service = await startService();
  const up = [];
  for (const { nodeArgs, env } of SIDES) {
    const redis = await startRedis();
    const { limits, campaign } = scenario;
    const behind = { servicePort: service.port, redisPort: redis.port };
    const context = { ...behind, limits, campaign, nodeArgs, env, answer: null, asModules: true };
    const one = { ...(await subjects['spillway-redis'].start(context)), redis, base: 0, each: [] };
    const own = await prepare(scenario.prepare, one.port, scenario.request, { seconds: 2 });
    one.request = { ...scenario.request, ...own };
    await round(one, 2);
    one.each = [];
    up.push(one);
  }
  for (let turn = 0; turn < Number(values.rounds); turn++) {
    for (const one of turn % 2 === 0 ? up : [...up].reverse()) await round(one, Number(values.seconds));
  }
  for (const one of up) {
    await one.stop();
    await one.redis.stop();
  }
  const [on, off] = up.map(({ each }) => each);
  const share = 1 - 1 / median(on.map((us, at) => us / off[at]));
  console.log(
    `cost: ${median(off).toFixed(1)} us a claim without, ${median(on).toFixed(1)} us with metrics and logs: ` +
      `${(share * 100).toFixed(1)} % of claims/s (aim: at most 10 %)`,
  );
}

async function round(one, seconds) {
  const before = cpuUs(one.pid);
  const { requests } = await load(one.port, { ...one.request, base: one.base }, { seconds });
  one.each.push((cpuUs(one.pid) - before) / requests);
  one.base += requests + 64;
}

/** Twenty campaigns, five of them with every outcome that a claim can have. */
async function scrape() {
  const [{ createMetrics }, { configSchema }, { OUTCOMES }] = await Promise.all(
    ['metrics/catalogue.js', 'config/schema.js', 'metrics/vocabulary.js'].map(room),
  );
  const config = configSchema.parse({
    upstreams: [{ id: 'incentives', targets: ['http://127.0.0.1:9000'] }],
    campaigns: Array.from({ length: 20 }, (_, at) => ({
      id: `campaign-${at}`,
      upstream: 'incentives',
      routes: [{ path: `/campaigns/${at}/claims` }],
      limits: [{ name: 'per-user' }, { name: 'per-address', key: 'address' }],
    })),
  });
  const metrics = createMetrics({ version: '1', config, revision: 'r', loadedAtMs: 0, scripts: ['exchange'] });
  for (const { id } of config.campaigns.slice(0, 5)) {
    const campaign = metrics.campaign(id);
    for (const outcome of OUTCOMES.slice(0, 5)) campaign.request('claim', outcome).finished(200, 0.1);
    for (const one of [campaign.waited('entered'), campaign.etaRatio(), campaign.held()]) one.observe(1);
  }
  const times = [];
  let text = '';
  for (let at = 0; at < 60; at++) {
    const from = performance.now();
    text = await metrics.exposition.text();
    times.push(performance.now() - from);
  }
  const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  console.log(
    `scrape: ${median(times.slice(20)).toFixed(1)} ms for ${series} series of 20 campaigns (aim: 20 ms, 3,000)`,
  );
}

/** From the answer to a change until the stream of events shows the new state. */
async function live() {
  const [{ composeGateway }, { loadConfig }, { systemClock }, { createLogger }] = await Promise.all(
    ['compose/gateway.js', 'config/load.js', 'kernel/clock.js', 'kernel/logger.js'].map(room),
  );
  const sha256 = createHash('sha256').update('bench').digest('hex');
  const text = JSON.stringify({
    server: { port: 0 },
    admin: { port: 0, tokens: [{ name: 'bench', sha256, role: 'operator' }] },
    upstreams: [{ id: 'incentives', targets: ['http://127.0.0.1:1'] }],
    campaigns: [{ id: 'lny', upstream: 'incentives', routes: [{ path: '/claims' }], claimant: { unverified: true } }],
  });
  const loaded = loadConfig({ file: 'bench', text, env: {} });
  const logger = createLogger('silent');
  const gateway = await composeGateway({ loaded, clock: systemClock, random: Math.random, logger, version: 'bench' });
  const admin = `http://127.0.0.1:${gateway.adminPort}/admin/v1`;
  const headers = { authorization: 'Bearer bench', 'content-type': 'application/json' };
  const stream = await fetch(`${admin}/live`, { headers });
  let heard = '';
  const reading = (async () => {
    for await (const chunk of stream.body.pipeThrough(new TextDecoderStream())) heard += chunk;
  })().catch(() => {});
  const times = [];
  for (let at = 0; at < 20; at++) {
    const state = at % 2 === 0 ? 'paused' : 'open';
    heard = '';
    const from = performance.now();
    await fetch(`${admin}/campaigns/lny`, {
      method: 'PATCH',
      headers,
      body: JSON.stringify({ state, reason: 'bench' }),
    });
    while (!heard.includes(`"state":"${state}"`)) await new Promise((resolve) => setTimeout(resolve, 2));
    times.push(performance.now() - from);
  }
  await Promise.all([gateway.stop(), gateway.stop()]);
  await reading;
  console.log(
    `live: ${median(times).toFixed(0)} ms until a change shows, ${Math.max(...times).toFixed(0)} ms at most (aim: 1,000 ms)`,
  );
}

const parts = { cost, scrape, live };
await ready();
try {
  for (const part of values.only.split(',')) await parts[part]();
} finally {
  await stopAll();
}
