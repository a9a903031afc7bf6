/**
 * Where the time and the memory of a hot path go: the gateway records itself, once its time and once its allocations,
 * while it is loaded as in a scenario of `npm run bench`. Prints shares by room and by function, and what a request costs.
 *
 *   node bench/profile.mjs [--only admitted,poll] [--subject spillway-redis] [--seconds 4] [--warm 10] [--top 25] [--kind cpu,heap]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { scenariosNamed } from './scenarios/catalogue.mjs';
import { prepare } from './scenarios/prepare.mjs';
import { startRedis, startService } from './stand/backing.mjs';
import { command } from './stand/command.mjs';
import { ready } from './stand/ready.mjs';
import { load } from './stand/wrk.mjs';
import { subjects } from './subjects/all.mjs';

function optionsOf() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: 'admitted,refused-one,refused-many,terminal,join,poll,document' },
      subject: { type: 'string', default: 'spillway-redis' },
      seconds: { type: 'string', default: '4' },
      warm: { type: 'string', default: '10' },
      top: { type: 'string', default: '25' },
      kind: { type: 'string', default: 'cpu,heap' },
    },
  });
  const scenarios = scenariosNamed(values.only.split(','));
  if (subjects[values.subject]?.isSpillway !== true) throw new RangeError(`${values.subject} is no gateway of ours`);
  const [seconds, warm, top] = [values.seconds, values.warm, values.top].map(Number);
  return { scenarios, subject: values.subject, kinds: values.kind.split(','), seconds, warm, top };
}

const RECORDER = new URL('servers/recorder.mjs', import.meta.url).href;

/** Loads the subject while it records itself. @returns the profile and the number of requests */
async function profiled(scenario, kind, behind, { subject: named, seconds, warm }) {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-profile-'));
  const file = join(folder, kind);
  const { limits, campaign, request } = scenario;
  const env = { PROFILE_KIND: kind, PROFILE_FILE: file };
  const subject = await subjects[named].start({
    ...behind,
    limits,
    campaign,
    env,
    nodeArgs: ['--import', RECORDER],
    asModules: true,
  });
  const more = await prepare(scenario.prepare, subject.port, request, { seconds: 2 });
  await load(subject.port, { ...request, ...more }, { seconds: warm });
  process.kill(subject.pid, 'SIGUSR2');
  await sleep(200);
  const { requests } = await load(subject.port, { ...request, ...more, base: 500_000_000 }, { seconds });
  process.kill(subject.pid, 'SIGUSR2');
  const profile = await written(file);
  await subject.stop();
  rmSync(folder, { recursive: true, force: true });
  return { profile, requests };
}

async function written(file) {
  for (let attempt = 0; attempt < 100; attempt++) {
    await sleep(100);
    try {
      return JSON.parse(readFileSync(file, 'utf8'));
    } catch {
      // Not there yet, or not whole.
    }
  }
  throw new Error('The subject wrote no profile');
}

function nameOf({ functionName, url, lineNumber }) {
  return `${functionName || '(anonymous)'} ${placeOf(url)}${url === '' ? '' : `:${lineNumber + 1}`}`;
}

function placeOf(url) {
  if (url === '') return '';
  const path = url.replace(/^file:\/\//, '');
  const at = Math.max(path.lastIndexOf('/dist/'), path.lastIndexOf('/node_modules/'));
  return at < 0
    ? path
    : path
        .slice(at + 1)
        .replace(/^dist\//, 'src/')
        .replace(/\.js$/, '');
}

/** A room of ours, a package, Node's own, or the engine. */
function roomOf({ functionName, url }) {
  const place = placeOf(url);
  if (place.startsWith('src/')) return place.split('/').slice(0, 2).join('/');
  if (place.startsWith('node_modules/')) return place.split('/').slice(0, 2).join('/');
  if (place.startsWith('node:')) return `node (${place.split('/')[0] ?? ''})`;
  return /^\((program|garbage|idle|root)/.test(functionName) ? functionName : 'engine and bindings';
}

function cpuShares({ nodes, samples, timeDeltas }) {
  const self = new Map();
  samples.forEach((id, at) => {
    self.set(id, (self.get(id) ?? 0) + timeDeltas[at]);
  });
  const busy = nodes.filter(({ callFrame }) => callFrame.functionName !== '(idle)');
  return shares(
    busy,
    nodes[0],
    ({ id }) => self.get(id) ?? 0,
    (node) => (node.children ?? []).map((id) => nodes.find((one) => one.id === id)),
  );
}

function heapShares({ head }) {
  const nodes = [];
  const walk = (node) => {
    nodes.push(node);
    node.children.forEach(walk);
  };
  walk(head);
  return shares(
    nodes,
    head,
    ({ selfSize }) => selfSize,
    ({ children }) => children,
  );
}

function shares(nodes, root, costOf, childrenOf) {
  return {
    byFunction: sums(nodes, nameOf, costOf),
    byRoom: sums(nodes, roomOf, costOf),
    inclusive: inclusive(root, costOf, childrenOf),
    total: nodes.reduce((sum, node) => sum + costOf(node), 0),
  };
}

/** Value of every function of ours with all that it calls; recursion counts once. */
function inclusive(root, costOf, childrenOf) {
  const by = new Map();
  const walk = (node, open) => {
    const name = nameOf(node.callFrame);
    const first = placeOf(node.callFrame.url).startsWith('src/') && !open.has(name);
    if (first) open.add(name);
    let value = costOf(node);
    for (const child of childrenOf(node)) value += walk(child, open);
    if (first) {
      open.delete(name);
      by.set(name, (by.get(name) ?? 0) + value);
    }
    return value;
  };
  walk(root, new Set());
  return [...by].sort((a, b) => b[1] - a[1]);
}

function sums(nodes, keyOf, costOf) {
  const by = new Map();
  for (const node of nodes) {
    const key = keyOf(node.callFrame);
    by.set(key, (by.get(key) ?? 0) + costOf(node));
  }
  return [...by].filter(([, value]) => value > 0).sort((a, b) => b[1] - a[1]);
}

/** @param unit - how much one request costs in all, with its unit */
function print(title, { byFunction, byRoom, inclusive, total }, requests, unit, { subject, top }) {
  const line = ([name, value]) =>
    `${((100 * value) / total).toFixed(1).padStart(5)} %  ${(value / requests).toFixed(unit === 'B' ? 0 : 2).padStart(7)} ${unit}  ${name}`;
  console.log(`\n## ${title}: ${(total / requests).toFixed(1)} ${unit} a request (${subject}, ${requests} requests)`);
  console.log(['\nby room', ...byRoom.slice(0, 16).map(line)].join('\n'));
  console.log(['\nby function, itself', ...byFunction.slice(0, top).map(line)].join('\n'));
  console.log(['\nby function of Spillway, with what it calls', ...inclusive.slice(0, top).map(line)].join('\n'));
}

await command(optionsOf, async (options) => {
  await ready();
  const service = await startService();
  const redis = await startRedis();
  const behind = { servicePort: service.port, redisPort: redis.port };
  try {
    for (const scenario of options.scenarios) {
      for (const kind of options.kinds) {
        const { profile, requests } = await profiled(scenario, kind, behind, options);
        const [what, sharesOf, unit] =
          kind === 'cpu' ? ['processor time', cpuShares, 'us'] : ['allocated', heapShares, 'B'];
        print(`${scenario.name}, ${what}`, sharesOf(profile), requests, unit, options);
      }
    }
    return 0;
  } finally {
    await redis.stop();
    await service.stop();
  }
});
