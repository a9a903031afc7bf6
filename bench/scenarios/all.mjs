/** All scenarios, in the order of the report. */
import { startRedis, startService } from '../stand/backing.mjs';
import { cores, has, machineFacts } from '../stand/machine.mjs';
import { subjects } from '../subjects/all.mjs';
import { throughput } from './catalogue.mjs';
import { endurance } from './endurance.mjs';
import { footprint } from './footprint.mjs';
import { latency } from './latency.mjs';
import { scale } from './scale.mjs';
import { measureThroughput } from './throughput.mjs';

const others = [latency, footprint, scale, endurance];

export const scenarioNames = [...throughput, ...others].map(({ name }) => name);

export async function measureAll({ only, ledger, rounds, seconds, minutes, most, tell, save }) {
  const machine = machineFacts();
  const measured = [];
  for (const scenario of throughput) {
    if (only !== null ? !only.includes(scenario.name) : scenario.ledger && !ledger) continue;
    if (cores < (scenario.leastCores ?? 0)) {
      tell(`${scenario.name}: left out, as it needs ${scenario.leastCores} cores`);
      continue;
    }
    const names = scenario.subjects.filter((name) => subjects[name].needs === undefined || has(subjects[name].needs));
    measured.push(
      await attempt(scenario, tell, (behind) =>
        measureThroughput(scenario, { rounds, seconds, names, tell, ...behind }),
      ),
    );
    save({ machine, throughput: measured, others: [] });
  }
  const measuredOthers = [];
  for (const scenario of others) {
    if (only !== null && !only.includes(scenario.name)) continue;
    measuredOthers.push(
      await attempt(scenario, tell, (behind) => scenario.measure({ rounds, seconds, minutes, most, tell, ...behind })),
    );
    save({ machine, throughput: measured, others: measuredOthers });
  }
  return { machine, throughput: measured, others: measuredOthers };
}

/** A scenario with a service and a Redis of its own. What goes wrong in one does not end the others. */
async function attempt(scenario, tell, measure) {
  const service = await startService();
  const redis = await startRedis();
  const { name, title, bars, columns, remark } = scenario;
  const known = { name, title, bars, columns, remark };
  try {
    return { ...known, rows: await measure({ service, redis }), invalid: null };
  } catch (fault) {
    tell(`${name}: ${fault.stack}`);
    return { ...known, rows: [], invalid: fault.message };
  } finally {
    await redis.stop();
    await service.stop();
  }
}
