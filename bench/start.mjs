/**
 * Builds of the gateway beside one another: how soon they give their first answer, what the first second of a burst gets
 * of them, and what memory they take while nobody claims. Started in alternation; medians.
 *
 *   node bench/start.mjs --builds DIST,DIST [--subjects spillway-memory,spillway-redis] [--rounds 9] [--no-memory] [--no-crowd]
 */
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { firstSecond } from './load/first-second.mjs';
import { throughput } from './scenarios/catalogue.mjs';
import { oneStart } from './scenarios/footprint.mjs';
import { median } from './scenarios/throughput.mjs';
import { startRedis, startService } from './stand/backing.mjs';
import { command } from './stand/command.mjs';
import { ready } from './stand/ready.mjs';
import { subjects } from './subjects/all.mjs';
import { CLAIMS, dist } from './subjects/spillway.mjs';

function optionsOf() {
  const { values } = parseArgs({
    options: {
      builds: { type: 'string', default: dist },
      subjects: { type: 'string', default: 'spillway-memory,spillway-redis' },
      rounds: { type: 'string', default: '9' },
      'no-memory': { type: 'boolean', default: false },
      'no-crowd': { type: 'boolean', default: false },
    },
  });
  const { 'no-memory': noMemory, 'no-crowd': noCrowd } = values;
  return {
    builds: values.builds.split(','),
    names: values.subjects.split(','),
    rounds: Number(values.rounds),
    memory: !noMemory,
    crowd: !noCrowd,
  };
}

/** Fewer than arrive, so that there is a line from the beginning. */
const DOOR = { admission: { ratePerSecond: 390, burst: 39 } };
const { limits } = throughput.find(({ name }) => name === 'admitted');

/** One build, once, with a Redis that knows nothing yet. */
async function measure(subject, build, servicePort, { memory, crowd }) {
  const redis = await startRedis();
  try {
    const context = { servicePort, redisPort: redis.port, limits, dist: build };
    const figures = await oneStart(subject, context, { memory });
    return crowd ? { ...figures, ...(await burst(subject, context)) } : figures;
  } finally {
    await redis.stop();
  }
}

async function burst(subject, context) {
  const up = await subjects[subject].start({ ...context, campaign: DOOR });
  try {
    return await firstSecond(up.port, { claims: CLAIMS, queue: '/queue/lny' });
  } finally {
    await up.stop();
  }
}

async function main(options) {
  await ready();
  const service = await startService();
  try {
    await measureAll(service.port, options);
    return 0;
  } finally {
    await service.stop();
  }
}

async function measureAll(port, options) {
  for (const subject of options.names) {
    const sides = options.builds.map((build) => ({ build, rounds: [] }));
    for (let round = 0; round < options.rounds; round++) {
      for (const side of round % 2 === 0 ? sides : [...sides].reverse()) {
        side.rounds.push(await measure(subject, side.build, port, options));
      }
    }
    for (const { build, rounds } of sides) {
      const figures = Object.keys(rounds[0]).map((key) => {
        const all = rounds.map((one) => one[key]);
        return `${key} ${median(all).toFixed(1)} (${Math.min(...all).toFixed(1)} to ${Math.max(...all).toFixed(1)})`;
      });
      console.log(`${subject}, ${relative('', build)}: ${figures.join(', ')}`);
    }
  }
}

await command(optionsOf, main);
