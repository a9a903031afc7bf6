/** Time that a gateway adds to an admitted claim while it has half of what it can take. */
import { fileURLToPath } from 'node:url';
import { LOAD_CORE } from '../stand/machine.mjs';
import { run } from '../stand/processes.mjs';
import { load } from '../stand/wrk.mjs';
import { subjects } from '../subjects/all.mjs';
import { CLAIMS } from '../subjects/spillway.mjs';
import { throughput } from './catalogue.mjs';
import { median, warmSecondsOf } from './throughput.mjs';

const OPEN_LOOP = fileURLToPath(new URL('../load/open-loop.mjs', import.meta.url));
const NAMES = ['bare-proxy', 'spillway-memory', 'spillway-redis'];
/** Beyond it the generator, which shares its core with service and Redis, would be what is measured. */
const MOST_PER_SECOND = 8000;
const PERCENTILES = ['p50', 'p90', 'p99', 'p99.9'];
const admitted = throughput.find(({ name }) => name === 'admitted');

export const latency = {
  name: 'latency',
  title:
    'Latency of an admitted claim in an open loop, from its planned time, at half of what Spillway on Redis can take',
  columns: [
    ['perSecond', 'claims/s'],
    ...PERCENTILES.map((p) => [p, `${p} ms`]),
    ['addedP50', 'p50 added'],
    ['addedP99', 'p99 added'],
    ['slipP99', 'slip p99 ms'],
  ],
  bars: [
    { subject: 'spillway-redis', metric: 'addedP50', most: 0.5 },
    { subject: 'spillway-redis', metric: 'addedP99', most: 3 },
  ],
  remark:
    'Slip is how late the generator itself was; the bare proxy in the first row is what the others are compared with.',

  async measure({ service, redis, rounds, seconds, tell }) {
    const up = new Map();
    let people = 0;
    try {
      for (const name of NAMES) {
        const context = { servicePort: service.port, redisPort: redis.port, limits: admitted.limits };
        const one = await subjects[name].start(context);
        up.set(name, { ...one, results: [] });
        tell(`latency, warming up: ${name}`);
        const { requests } = await load(one.port, admitted.request, { seconds: warmSecondsOf(name) });
        people = Math.max(people, requests);
      }
      const { port } = up.get('spillway-redis');
      const most = await load(port, { ...admitted.request, base: 2 * people }, { seconds: 2 });
      const perSecond = Math.min(MOST_PER_SECOND, Math.floor(most.perSecond / 2));
      for (let round = 0; round < rounds; round++) {
        for (const name of round % 2 === 0 ? NAMES : [...NAMES].reverse()) {
          tell(`latency, round ${round + 1} of ${rounds}: ${name}`);
          up.get(name).results.push(await openLoop(up.get(name).port, perSecond, seconds));
        }
      }
      return rowsOf(up, perSecond);
    } finally {
      for (const one of up.values()) await one.stop();
    }
  },
};

async function openLoop(port, perSecond, seconds) {
  const plan = JSON.stringify({ port, path: CLAIMS, perSecond, seconds, warmSeconds: 1 });
  const result = JSON.parse(await run(process.execPath, [OPEN_LOOP, plan], { core: LOAD_CORE }));
  if (result.refused > 0) throw new Error(`${result.refused} claims were refused at half load`);
  if (result.unanswered > 0) throw new Error(`${result.unanswered} claims were never sent or never answered`);
  return result;
}

function rowsOf(up, perSecond) {
  const ms = (results, kind, p) => median(results.map((one) => one[kind][p])) / 1000;
  const rows = [...up].map(([name, { results }]) => ({
    name,
    title: subjects[name].title,
    perSecond,
    ...Object.fromEntries(PERCENTILES.map((p) => [p, ms(results, 'latencyUs', p)])),
    slipP99: ms(results, 'slipUs', 'p99'),
  }));
  const [bare] = rows;
  return rows.map((row) => ({ ...row, addedP50: row.p50 - bare.p50, addedP99: row.p99 - bare.p99 }));
}
