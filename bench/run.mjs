/**
 * `npm run bench`: what a claim costs, beside what else could stand in front of a claim service. Everything is started
 * here, on loopback and on free ports, loaded in alternation, checked while it is measured, and stopped.
 *
 *   node bench/run.mjs [--quick] [--only admitted,poll] [--rounds 3] [--seconds 2] [--no-ledger]
 *                     [--minutes 1] [--from FILE,FILE] [--most 1000000] [--json FILE] [--no-write]
 *
 * `--from` puts the JSON of earlier runs, of parts of the scenarios, together to one report, and measures nothing.
 * `--minutes` is how long memory is watched under load, `--most` how many people wait at most while claims are priced
 *
 * Exit status: 0 measured and every bar reached, 99 a bar missed, 98 a measurement was invalid, 1 error, 2 wrong use.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { report } from './report.mjs';
import { measureAll, scenarioNames } from './scenarios/all.mjs';
import { command, tell } from './stand/command.mjs';
import { ready } from './stand/ready.mjs';

function optionsOf() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      'no-ledger': { type: 'boolean', default: false },
      minutes: { type: 'string' },
      most: { type: 'string' },
      from: { type: 'string' },
      json: { type: 'string' },
      'no-write': { type: 'boolean', default: false },
    },
  });
  const only = values.only?.split(',') ?? null;
  const unknown = only?.filter((name) => !scenarioNames.includes(name)) ?? [];
  if (unknown.length > 0)
    throw new RangeError(`No scenario ${unknown.join(', ')}; there are ${scenarioNames.join(', ')}`);
  const { quick, json } = values;
  const ledger = !values['no-ledger'];
  const rounds = Number(values.rounds ?? (quick ? 1 : 3));
  const seconds = Number(values.seconds ?? (quick ? 1 : 2));
  const from = values.from?.split(',') ?? null;
  const minutes = Number(values.minutes ?? (quick ? 0.5 : 1));
  const most = Number(values.most ?? (quick ? 10_000 : 1_000_000));
  if (!(rounds >= 1) || !(seconds >= 1)) throw new RangeError('--rounds and --seconds are numbers from 1');
  // A part of the whole does not replace the report of the whole.
  return {
    quick,
    only,
    from,
    ledger,
    json,
    rounds,
    seconds,
    minutes,
    most,
    tell,
    write: only === null && !quick && !values['no-write'],
  };
}

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** Parts measured one after the other, as one: a machine that is shared is not to be had for as long as the whole takes. */
function together(parts) {
  const [{ machine, rounds, seconds }] = parts;
  const tookSeconds = parts.reduce((sum, part) => sum + part.tookSeconds, 0);
  const all = (kind) => parts.flatMap((part) => part[kind]);
  return { machine, rounds, seconds, tookSeconds, throughput: all('throughput'), others: all('others') };
}

async function main(options) {
  if (options.from !== null) return report(together(options.from.map(read)), { ...options, write: true });
  const began = performance.now();
  await ready();
  // What is measured is kept, whatever ends the rest.
  const save = (results) => {
    const tookSeconds = Math.round((performance.now() - began) / 1000);
    const { rounds, seconds, json } = options;
    if (json !== undefined) writeFileSync(json, JSON.stringify({ ...results, rounds, seconds, tookSeconds }));
  };
  const results = await measureAll({ ...options, save });
  return report(results, { ...options, tookSeconds: Math.round((performance.now() - began) / 1000) });
}

await command(optionsOf, main);
