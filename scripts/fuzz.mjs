/**
 * Fuzzes the request path, guided by coverage: an input that reaches a branch nobody reached before is kept and changed
 * further. Branches are counted by V8 itself, through its inspector, so this runs wherever Node does.
 *
 *   node scripts/fuzz.mjs [seconds] [seed] [target]      needs a build
 *
 * A target is a module with `fuzz(bytes)`, which throws where something does not hold, and `seeds` to begin with.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { seededRandom } from '../dist/replay/seeded-random.js';

const seconds = Number(process.argv[2] ?? 30);
const seed = Number(process.argv[3] ?? Date.now() % 1e9);
const target = process.argv[4] ?? fileURLToPath(new URL('../fuzz/request-path.mjs', import.meta.url));
const ourTarget = pathToFileURL(resolve(target)).href;
const { fuzz, seeds } = await import(ourTarget);
const random = seededRandom(seed);
const below = (most) => Math.floor(random() * most);
const MOST_BYTES = 512;
/** An input that takes longer each time is a finding: input decides over time. Once, it may be the machine. */
const SLOW_MS = 250;
const SLOW_TIMES = 5;
/** Inputs run between two looks at the coverage. */
const BATCH = 20;
const WORDS = [
  '%2e',
  '%00',
  '..',
  '//',
  '\r\n',
  '\n',
  ': ',
  ', ',
  ';',
  '\t',
  '\u00ff',
  'Host',
  'chunked',
  'Spillway-',
  '::ffff:',
  '=',
  '.',
];

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
const reached = new Set();

const isOurs = (url) => url === ourTarget || url.includes('/dist/');

/** Whether anything of ours ran that never ran before. */
async function reachesMore() {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const before = reached.size;
  for (const { url, functions } of result) {
    if (!isOurs(url)) continue;
    for (const { ranges } of functions) {
      for (const { startOffset, count } of ranges) if (count > 0) reached.add(`${url}:${startOffset}`);
    }
  }
  return reached.size > before;
}

function changed(input) {
  const bytes = [...input];
  for (let times = 1 + below(4); times > 0; times--) {
    const at = below(bytes.length + 1);
    switch (below(5)) {
      case 0:
        bytes[at] = below(256);
        break;
      case 1:
        bytes.splice(at, 1 + below(4));
        break;
      case 2:
        bytes.splice(at, 0, ...Buffer.from(WORDS[below(WORDS.length)], 'latin1'));
        break;
      case 3:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
        break;
      default:
        bytes.splice(at, 0, ...corpus[below(corpus.length)].subarray(below(20)));
    }
  }
  return Buffer.from(bytes.slice(0, MOST_BYTES));
}

function run(input) {
  for (let times = 1; times <= SLOW_TIMES; times++) {
    const startedMs = performance.now();
    fuzz(input);
    if (performance.now() - startedMs <= SLOW_MS) return;
  }
  throw new Error(`an input of ${input.length} bytes takes more than ${SLOW_MS} ms, ${SLOW_TIMES} times in a row`);
}

const corpus = [...seeds];
let runs = 0;
let input = corpus[0];
try {
  for (input of seeds) run(input);
  await reachesMore();
  const endsMs = performance.now() + seconds * 1000;
  while (performance.now() < endsMs) {
    const batch = Array.from({ length: BATCH }, () => changed(corpus[below(corpus.length)]));
    for (input of batch) run(input);
    runs += BATCH;
    if (await reachesMore()) corpus.push(...batch);
  }
  console.log(
    `${runs} inputs, ${reached.size} branches reached, ${corpus.length} inputs kept, nothing found; seed ${seed}`,
  );
} catch (fault) {
  const file = join(tmpdir(), `spillway-fuzz-${seed}.bin`);
  writeFileSync(file, input);
  console.error(fault);
  console.error(
    `Found after ${runs} inputs with seed ${seed}: ${JSON.stringify(input.toString('latin1'))}\nkept in ${file}`,
  );
  process.exitCode = 99;
}
session.disconnect();
