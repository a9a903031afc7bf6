/**
 * Two builds of the gateway beside one another: whether a change made it faster. Both are up, each with a Redis of its
 * own, loaded in alternation in many short rounds, and told apart by processor time an answer, which a busy machine
 * disturbs least.
 *
 *   node bench/compare.mjs --before DIST [--after DIST] [--only admitted,poll] [--subject spillway-redis] [--rounds 12]
 *                          [--seconds 1] [--warm 2] [--before-args=--flag] [--after-args=--flag]
 *
 * In place of a build, `--before` also takes the name of a subject of `npm run bench`, such as bare-proxy.
 */
import { parseArgs } from 'node:util';
import { scenariosNamed } from './scenarios/catalogue.mjs';
import { prepare } from './scenarios/prepare.mjs';
import { captureAnswer, median } from './scenarios/throughput.mjs';
import { startRedis, startService } from './stand/backing.mjs';
import { command } from './stand/command.mjs';
import { cpuUs } from './stand/processes.mjs';
import { ready } from './stand/ready.mjs';
import { load } from './stand/wrk.mjs';
import { subjects } from './subjects/all.mjs';
import { dist } from './subjects/spillway.mjs';

function optionsOf() {
  const { values } = parseArgs({
    options: {
      before: { type: 'string', default: dist },
      after: { type: 'string', default: dist },
      only: { type: 'string', default: 'admitted,refused-one,terminal,join,poll,document' },
      subject: { type: 'string', default: 'spillway-redis' },
      rounds: { type: 'string', default: '12' },
      seconds: { type: 'string', default: '1' },
      warm: { type: 'string', default: '2' },
      'before-args': { type: 'string', default: '' },
      'after-args': { type: 'string', default: '' },
    },
  });
  const words = (text) => text.split(' ').filter((word) => word !== '');
  // The gateway first: what only repeats an answer repeats its one.
  const sides = ['after', 'before'].map((side) => {
    const named = subjects[values[side]] !== undefined;
    const subject = subjects[named ? values[side] : values.subject];
    if (subject === undefined) throw new RangeError(`No subject ${values.subject}`);
    return { subject, dist: named ? undefined : values[side], nodeArgs: words(values[`${side}-args`]) };
  });
  const scenarios = scenariosNamed(values.only.split(','));
  const [rounds, seconds, warm] = [values.rounds, values.seconds, values.warm].map(Number);
  return { sides, scenarios, title: values.subject, rounds, seconds, warm };
}

async function compare(scenario, servicePort, { sides, title, rounds, seconds, warm }) {
  const { limits, campaign, request } = scenario;
  const up = [];
  let answer = null;
  for (const side of sides) {
    const redis = await startRedis();
    const context = { servicePort, redisPort: redis.port, dist: side.dist, nodeArgs: side.nodeArgs, limits, campaign };
    const one = { ...(await side.subject.start({ ...context, answer })), redis, base: 0, each: [] };
    up.push(one);
    const own = side.subject.isSpillway ? await prepare(scenario.prepare, one.port, request, { seconds: 2 }) : {};
    one.request = { ...request, ...(up[0].request?.paths ? { paths: up[0].request.paths } : {}), ...own };
    answer ??= await captureAnswer(one);
    await round(one, warm);
    one.each = [];
  }
  for (let turn = 0; turn < rounds; turn++) {
    for (const one of turn % 2 === 0 ? up : [...up].reverse()) await round(one, seconds);
  }
  for (const one of up) {
    await one.stop();
    await one.redis.stop();
  }
  const [after, before] = up.map(({ each }) => each);
  const ratio = median(after.map((us, at) => us / before[at]));
  const text = `${median(before).toFixed(1)} -> ${median(after).toFixed(1)} us`;
  console.log(`${scenario.name}, ${title}: ${text}, ratio ${ratio.toFixed(3)}`);
}

async function round(one, seconds) {
  const base = one.request.claimant === 'cycle' ? one.request.base : one.base;
  const usedBefore = cpuUs(one.pid);
  const { requests } = await load(one.port, { ...one.request, base: base ?? 0 }, { seconds });
  one.each.push((cpuUs(one.pid) - usedBefore) / requests);
  one.base += requests + 64;
}

await command(optionsOf, async (options) => {
  await ready();
  const service = await startService();
  try {
    for (const scenario of options.scenarios) await compare(scenario, service.port, options);
    return 0;
  } finally {
    await service.stop();
  }
});
