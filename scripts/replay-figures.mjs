/**
 * What rehearsals promise of themselves, measured on this machine: how many requests one generator sends and how late,
 * what 20,000 people cost in memory, whether a seed repeats itself, how many people a minute a simulation takes.
 *
 *   npm run build && node scripts/replay-figures.mjs [--people 1000000]
 *
 * Exit status: 0 reached, 99 a figure missed. The gateway is a stand-in that tells everybody to wait, in a process of
 * its own, so that only the generator is measured. Nothing else should run on the machine.
 */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { campaignSchema } from '../dist/config/campaign-schema.js';
import { upstreamSchema } from '../dist/config/upstream-schema.js';
import { runBurst } from '../dist/replay/burst.js';
import { burstOptions, DEFAULT_BOUNDS } from '../dist/replay/burst-options.js';
import { planOf } from '../dist/replay/plan-of.js';
import { planText } from '../dist/replay/trace/write-trace.js';
import { simulateApart } from '../dist/simulate/apart.js';

const SELF = fileURLToPath(import.meta.url);
const QUIET = { write: () => undefined };
const [role, ...given] = process.argv.slice(2);

/** Tells everybody to come back after `pollAfterMs`. */
async function standIn(pollAfterMs) {
  const ticket = JSON.stringify({ state: 'waiting', ticket: 't', number: 7, position: 7, pollAfterMs });
  const queued = JSON.stringify({ code: 'QUEUED', ...JSON.parse(ticket) });
  const fields = { 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'retry-after': '1' };
  const server = createServer((req, res) => {
    req.resume();
    if (req.method === 'POST') res.writeHead(429, { ...fields, 'spillway-code': 'QUEUED' }).end(queued);
    else res.writeHead(200, { 'content-type': 'application/json' }).end(ticket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send({ port: server.address().port });
}

/** A burst in this process alone. */
async function generator(port, people, overSeconds, patienceMs) {
  let rss = 0;
  const watch = setInterval(() => {
    rss = Math.max(rss, process.memoryUsage.rss());
  }, 250);
  const report = await runBurst(
    burstOptions({ targets: [{ url: `http://127.0.0.1:${port}`, share: 1 }], people, overSeconds, patienceMs }),
    QUIET,
  );
  clearInterval(watch);
  const busiest = [...report.seconds.sent].sort((a, b) => b - a).slice(0, 8);
  process.send({ slipP99Ms: report.slipMs.p99, perSecond: busiest.at(-1), arrived: report.arrived, rss });
  process.disconnect();
}

async function measured(pollAfterMs, people, overSeconds, patienceMs) {
  const gateway = fork(SELF, ['stand-in', String(pollAfterMs)]);
  const [{ port }] = await once(gateway, 'message');
  const crowd = fork(SELF, ['generator', String(port), String(people), String(overSeconds), String(patienceMs)]);
  const [figures] = await once(crowd, 'message');
  gateway.kill();
  return figures;
}

async function sameBytes() {
  const text = async () => {
    const options = burstOptions({ shape: 'tv-minute', people: 20_000, overSeconds: 60, seed: 7 });
    return createHash('sha256')
      .update(planText(options, await planOf(options)))
      .digest('hex');
  };
  const [first, second] = [await text(), await text()];
  return first === second;
}

/** @param rate - claims a second of the door */
async function simulated(people, rate) {
  const slots = Math.ceil(rate * 0.08);
  const bounds = { ...DEFAULT_BOUNDS, ratePerSecond: rate, burst: Math.ceil(rate / 20), concurrency: slots };
  const { report, tookMs } = await simulateApart({
    burst: burstOptions({ shape: 'tv-minute', people, overSeconds: 100, runId: 'p', bounds, patienceMs: 86_400_000 }),
    campaign: campaignSchema.parse({
      id: 'lny-2026',
      upstream: 'incentives',
      routes: [{ methods: ['POST'], path: '/claims' }],
      admission: { ratePerSecond: rate, burst: bounds.burst },
      queue: { maxWaiting: people },
    }),
    upstream: upstreamSchema.parse({
      id: 'incentives',
      targets: ['http://127.0.0.1:9000'],
      concurrency: { limit: slots },
    }),
    service: { serviceMs: 50, parallel: slots, crashAbove: 20 * slots, slowdown: 2, restartMs: 3000, timeoutMs: 3000 },
    gateway: true,
    roundTripMs: 2,
    changes: [],
    startWallMs: Date.UTC(2026, 1, 17),
  });
  return { perMinute: (report.arrived / tookMs) * 60_000, tookMs, requests: report.requests, granted: report.granted };
}

if (role === 'stand-in') await standIn(Number(given[0]));
else if (role === 'generator') await generator(...given.map(Number));
else {
  const { values } = parseArgs({ options: { people: { type: 'string', default: '1000000' } } });
  let missed = 0;
  const say = (what, value, reached) => {
    if (!reached) missed++;
    process.stdout.write(`${reached ? 'reached' : 'MISSED '}  ${what.padEnd(62)} ${value}\n`);
  };
  const busy = await measured(250, 1050, 1, 12_000);
  say('one generator: 4,000 requests/s', `${busy.perSecond}/s`, busy.perSecond >= 4000);
  say('one generator: slip p99 below 10 ms', `${busy.slipP99Ms.toFixed(1)} ms`, busy.slipP99Ms < 10);
  const crowd = await measured(10_000, 20_000, 10, 24_000);
  const mebibytes = crowd.rss / 2 ** 20;
  say(
    '20,000 people in one process below 1 GiB',
    `${mebibytes.toFixed(0)} MiB`,
    mebibytes < 1024 && crowd.arrived === 20_000,
  );
  say('the same seed, the same trace, byte for byte', '', await sameBytes());
  for (const rate of [390, 5000]) {
    const { perMinute, tookMs, requests } = await simulated(Number(values.people), rate);
    const value = `${Math.round(perMinute).toLocaleString('en-US')} (${(tookMs / 1000).toFixed(0)} s, ${(requests / 1e6).toFixed(1)} M requests)`;
    say(`simulate: 1,000,000 people a minute, door of ${rate}/s`, value, perMinute >= 1e6);
  }
  process.exitCode = missed === 0 ? 0 : 99;
}
