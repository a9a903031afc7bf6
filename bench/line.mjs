/**
 * What the waiting line must reach, figure by figure, each beside its bar. Needs redis-server, wrk, nginx and chromium,
 * and builds the gateway first, unless SPILLWAY_DIST names one.
 *
 *   node --expose-gc bench/line.mjs [--only store,door] [--people 1000000] [--ticks 150] [--streams 10000]
 *                                   [--seconds 2] [--json FILE] [--write] [--from FILE,FILE]
 *
 * A machine that is shared is not to be had for as long as the whole takes: `--json` keeps the rows of some parts, and
 * `--from` puts such files together and measures nothing. `--write` writes LINE.md.
 *
 * Exit status: 0 every figure is reached, 99 one is not, 1 error, 2 wrong use.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { command, tell } from './stand/command.mjs';
import { machineFacts } from './stand/machine.mjs';
import { ready } from './stand/ready.mjs';

/** Whoever is called hears no more positions: while they are counted, some hundred are. */
const LEAST_STREAMS = 1000;
/** Those that need the machine as it is come first: `ready` moves this process to the core of the load. */
const PARTS = ['store', 'door', 'waits', 'polls', 'streams', 'page'];

function optionsOf() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      people: { type: 'string', default: '1000000' },
      ticks: { type: 'string', default: '150' },
      streams: { type: 'string', default: '10000' },
      seconds: { type: 'string', default: '2' },
      json: { type: 'string' },
      from: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  const parts = values.only?.split(',') ?? PARTS;
  const unknown = parts.filter((name) => !PARTS.includes(name));
  if (unknown.length > 0) throw new RangeError(`No part ${unknown.join(', ')}; there are ${PARTS.join(', ')}`);
  const { json, write } = values;
  const [people, ticks, streams, seconds] = ['people', 'ticks', 'streams', 'seconds'].map((name) =>
    Number(values[name]),
  );
  if (!(streams >= LEAST_STREAMS))
    throw new RangeError(`--streams is a number from ${LEAST_STREAMS}: of fewer, most are called meanwhile`);
  return { parts, people, ticks, streams, seconds, json, write, from: values.from?.split(',') ?? null, tell };
}

async function measure(options) {
  const machine = machineFacts();
  await ready();
  const rows = [];
  for (const part of PARTS.filter((name) => options.parts.includes(name))) {
    tell(`${part} ...`);
    const { measure: run } = await import(`./line/${part}.mjs`);
    rows.push(...(await run(options)).map((row) => ({ part, ...row })));
  }
  return [{ machine, measuredAt: new Date().toISOString(), rows }];
}

const rowText = ({ what, measured, bar, holds }) =>
  `| ${what} | ${measured} | ${bar} | ${holds ? 'reached' : '**missed**'} |`;

/** @param runs - machine, time and rows of each; the same figure measured later takes the earlier one's place */
function reportOf(runs) {
  const rows = new Map(runs.flatMap((run) => run.rows).map((row) => [row.what, row]));
  const inOrder = PARTS.flatMap((part) => [...rows.values()].filter((row) => row.part === part));
  const { processor, cores, memoryGiB, kernel, pinning, versions } = runs[0].machine;
  const loads = runs.map(({ machine }) => machine.loadBefore.toFixed(1)).join(', ');
  const text = [
    '# What the line reaches\n',
    `\`node --expose-gc bench/line.mjs\`, ${runs[0].measuredAt.slice(0, 10)}: ${processor}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel},`,
    `Node ${versions.node}, Redis ${versions.redis}; ${pinning}. Load average when the parts began: ${loads}.\n`,
    '| figure | measured | bar | |\n|---|--:|--:|---|',
    ...inOrder.map(rowText),
  ].join('\n');
  return { text: `${text}\n`, reached: inOrder.every(({ holds }) => holds) };
}

async function main(options) {
  const runs = options.from?.flatMap((file) => JSON.parse(readFileSync(file, 'utf8'))) ?? (await measure(options));
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(runs));
  const { text, reached } = reportOf(runs);
  process.stdout.write(text);
  const remarks = new URL('./line/remarks.md', import.meta.url);
  if (options.write) {
    writeFileSync(new URL('./LINE.md', import.meta.url), `${text}\n${readFileSync(remarks, 'utf8')}`);
  }
  return reached ? 0 : 99;
}

await command(optionsOf, main);
