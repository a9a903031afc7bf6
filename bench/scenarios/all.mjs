/** All scenarios, in the order of the report. */
import { startRedis, startService } from '../stand/backing.mjs';
import { has, machineFacts } from '../stand/machine.mjs';
import { subjects } from '../subjects/all.mjs';
import { throughput } from './catalogue.mjs';
import { measureThroughput } from './throughput.mjs';

export const scenarioNames = [...throughput.map(({ name }) => name)];

export async function measureAll({ only, ledger, rounds, seconds, tell }) {
  const machine = machineFacts();
  const measured = [];
  for (const scenario of throughput) {
    if (only !== null ? !only.includes(scenario.name) : scenario.ledger && !ledger) continue;
    const names = scenario.subjects.filter((name) => subjects[name].needs === undefined || has(subjects[name].needs));
    measured.push(
      await attempt(scenario, tell, (behind) =>
        measureThroughput(scenario, { rounds, seconds, names, tell, ...behind }),
      ),
    );
  }
  return { machine, throughput: measured, others: [] };
}

/** A scenario with a service and a Redis of its own. What goes wrong in one does not end the others. */
async function attempt(scenario, tell, measure) {
  const service = await startService();
  const redis = await startRedis();
  const { name, title, bars } = scenario;
  try {
    return { name, title, bars, rows: await measure({ service, redis }), invalid: null };
  } catch (fault) {
    tell(`${name}: ${fault.stack}`);
    return { name, title, bars, rows: [], invalid: fault.message };
  } finally {
    await redis.stop();
    await service.stop();
  }
}
