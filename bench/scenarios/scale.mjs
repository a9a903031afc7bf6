/** What one claim costs the gateway and Redis while more and more people wait, and with more and more campaigns. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuUs } from '../stand/processes.mjs';
import { load } from '../stand/wrk.mjs';
import { subjects } from '../subjects/all.mjs';
import { CLAIMS } from '../subjects/spillway.mjs';
import { throughput } from './catalogue.mjs';
import { median } from './throughput.mjs';

const CAMPAIGNS = [1, 10, 50];
const JOIN_SECONDS = 5;
const WARM_SECONDS = 6;
const NUMBERS_APART = 100_000_000;
const { limits, campaign } = throughput.find(({ name }) => name === 'join');
const CLAIM = { method: 'POST', bodyBytes: 48, claimant: 'fresh' };

export const scale = {
  name: 'scale',
  title:
    'Cost of one claim by the people who wait (it joins them) and by the campaigns of the gateway (it is admitted)',
  columns: [
    ['waiting', 'waiting'],
    ['campaigns', 'campaigns'],
    ['cpuUsEach', 'gateway CPU µs'],
    ['redisUsEach', 'Redis µs'],
  ],
  bars: [],

  async measure({ service, redis, rounds, seconds, most, tell }) {
    const behind = { servicePort: service.port, redisPort: redis.port, limits };
    const rows = [];
    const one = await subjects['spillway-redis'].start({ ...behind, campaign });
    try {
      let people = 0;
      const request = { ...CLAIM, path: CLAIMS };
      for (const waiting of sizes(most)) {
        tell(`scale: ${waiting} people wait`);
        while (people < waiting) people += await joins(one.port, request, people, waiting - people);
        rows.push({
          waiting: people,
          campaigns: 1,
          ...(await cost(one, redis, request, { rounds, seconds, base: people })),
        });
        people += rows.at(-1).claims;
      }
    } finally {
      await one.stop();
    }
    for (const campaigns of CAMPAIGNS) {
      tell(`scale: ${campaigns} campaigns`);
      const many = await subjects['spillway-redis'].start({ ...behind, campaigns });
      try {
        const request = { ...CLAIM, paths: pathsOf(campaigns) };
        const base = campaigns * NUMBERS_APART;
        await load(many.port, { ...request, base }, { seconds: WARM_SECONDS });
        const after = base + NUMBERS_APART / 2;
        rows.push({ waiting: 0, campaigns, ...(await cost(many, redis, request, { rounds, seconds, base: after })) });
      } finally {
        await many.stop();
      }
    }
    return rows.map(({ waiting, campaigns, cpuUsEach, redisUsEach }) => {
      const title = waiting > 0 ? `${waiting.toLocaleString('en')} waiting` : `${campaigns} campaigns`;
      return { name: title, title, waiting, campaigns, cpuUsEach, redisUsEach };
    });
  },
};

/** Ten times as many each, to what is asked for. */
function sizes(most) {
  const out = [];
  for (let size = 1000; size <= most; size *= 10) out.push(size);
  return out;
}

async function joins(port, request, base, missing) {
  const seconds = Math.min(JOIN_SECONDS, Math.max(1, Math.floor(missing / 15_000)));
  return (await load(port, { ...request, base }, { seconds })).requests + 64;
}

async function cost({ port, pid }, redis, request, { rounds, seconds, base }) {
  const results = [];
  let claims = 0;
  for (let round = 0; round < rounds; round++) {
    const before = { cpu: cpuUs(pid), redis: await scriptUs(redis.port) };
    const { requests } = await load(port, { ...request, base: base + claims }, { seconds });
    claims += requests + 64;
    const redisUs = (await scriptUs(redis.port)) - before.redis;
    results.push({ cpu: (cpuUs(pid) - before.cpu) / requests, redis: redisUs / requests });
  }
  return {
    claims,
    cpuUsEach: median(results.map(({ cpu }) => cpu)),
    redisUsEach: median(results.map((one) => one.redis)),
  };
}

/** Processor time that Redis has spent in scripts so far, in microseconds, as it counts it itself. */
function scriptUs(port) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1');
    socket.on('error', reject);
    socket.on('data', (part) => {
      text += part;
      if (!text.includes('\r\n\r\n') && !text.endsWith('\r\n')) return;
      socket.destroy();
      resolve(Number(/cmdstat_evalsha:calls=\d+,usec=(\d+)/.exec(text)?.[1] ?? 0));
    });
    socket.write('INFO commandstats\r\n');
  });
}

function pathsOf(campaigns) {
  const file = join(mkdtempSync(join(tmpdir(), 'spillway-bench-')), 'paths');
  const paths = [CLAIMS, ...Array.from({ length: campaigns - 1 }, (_, n) => `/campaigns/lny-${n}/claims`)];
  writeFileSync(file, paths.join('\n'));
  return file;
}
