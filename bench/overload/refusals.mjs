/**
 * What one gateway core answers of a flood of new people, each once: some are let in, the others are refused. The same
 * flood before what an Express user would pick shows what happens otherwise. Gateway or stack has a core of its own;
 * load, service and Redis share the other.
 */
import { fileURLToPath } from 'node:url';
import { startRedis } from '../stand/backing.mjs';
import { LOAD_CORE, SUBJECT_CORE } from '../stand/machine.mjs';
import { residentBytes, run } from '../stand/processes.mjs';
import { load } from '../stand/wrk.mjs';
import { subjects } from '../subjects/all.mjs';
import { statsOf } from './stand.mjs';

const CLAIMS = '/campaigns/lny-2026/claims';
const OPEN_LOOP = fileURLToPath(new URL('../load/open-loop.mjs', import.meta.url));
const RATE = 200;
const SECONDS = 8;
const WARM_SECONDS = 1;
const MANY = 1_000_000_000;
const ON_LOAD_CORE = { core: LOAD_CORE };

async function openLoop(port, perSecond, seconds = SECONDS) {
  const settings = JSON.stringify({ port, path: CLAIMS, perSecond, seconds, warmSeconds: WARM_SECONDS });
  return JSON.parse(await run(process.execPath, [OPEN_LOOP, settings], ON_LOAD_CORE));
}

const megabytes = (pid) => residentBytes(pid) / 1e6;

async function flooded({ port, pid, service }, perSecond) {
  const { upTo } = await statsOf(service);
  const beforeMb = megabytes(pid);
  const { latencyUs, unanswered } = await openLoop(port, perSecond);
  const { granted } = await statsOf(service, upTo);
  return {
    goodput: granted / ((SECONDS + WARM_SECONDS) * RATE),
    p99Ms: latencyUs.p99 / 1000,
    unanswered,
    memory: `${beforeMb.toFixed(0)}, ${megabytes(pid).toFixed(0)}`,
  };
}

/** @param judged - whether the figures have bars */
function rowsOf(name, { goodput, p99Ms, unanswered, memory }, judged) {
  return [
    [`${name}: claims answered by the service, over the rate`, goodput.toFixed(3), !judged || goodput >= 0.95],
    [`${name}: answers p99, ms`, p99Ms.toFixed(1), !judged || p99Ms < 100],
    [`${name}: unanswered`, unanswered, !judged || unanswered === 0],
    [`${name}: memory before and after, MB`, memory, true],
  ];
}

async function openGateway(stand) {
  const service = await stand.service(['--service-ms', '5'], LOAD_CORE);
  const gateway = await stand.gateway([service], {
    core: SUBJECT_CORE,
    upstream: { concurrency: { limit: 100 } },
    campaign: { admission: { ratePerSecond: RATE, burst: 20 }, queue: { enabled: false } },
  });
  return { ...gateway, service };
}

/** As many let in a second, over all, by a window of a second in Redis. */
async function openExpress(stand, redis) {
  const service = await stand.service(['--service-ms', '5'], LOAD_CORE);
  const limits = { perUser: MANY, perAddress: MANY, door: RATE };
  const servicePort = Number(new URL(service).port);
  const stack = await subjects['express-stack'].start({ servicePort, redisPort: redis.port, limits, windowMs: 1000 });
  return { ...stack, service };
}

/** How many refusals a second the core answers when nobody waits for anything: a closed loop, warmed up. */
async function capacityOf({ port }) {
  const request = { method: 'POST', path: CLAIMS, claimant: 'fresh', bodyBytes: 48, base: 0 };
  await load(port, request, { seconds: 3 });
  const { perSecond } = await load(port, { ...request, base: 100_000_000 }, { seconds: 4 });
  return perSecond;
}

export async function refusals(stand) {
  const gateway = await openGateway(stand);
  const most = Math.round(await capacityOf(gateway));
  const floods = [
    ['10 × the rate', 10 * RATE],
    [`80 % of ${most}/s`, 0.8 * most],
  ];
  const rows = [['answered in a closed loop, 1/s', most, true]];
  for (const [name, perSecond] of floods) rows.push(...rowsOf(name, await flooded(gateway, perSecond), true));
  await openLoop(gateway.port, 5 * most, 5).catch(() => null);
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const after = await openLoop(gateway.port, RATE, 3);
  const afterMs = after.latencyUs.p99 / 1000;
  rows.push(
    [`5 s after ${5 * most}/s: answers p99, ms`, afterMs.toFixed(1), afterMs < 100],
    ['memory then, MB', megabytes(gateway.pid).toFixed(0), true],
  );
  const redis = await startRedis();
  const express = await openExpress(stand, redis);
  try {
    await capacityOf(express);
    for (const [name, perSecond] of floods)
      rows.push(...rowsOf(`Express stack, ${name}`, await flooded(express, perSecond), false));
  } finally {
    await express.stop();
    await redis.stop();
  }
  return rows;
}
