/**
 * What the gateway does under too much, measured on real processes. Needs `npm run build`.
 *
 *   node bench/overload.mjs [flood] [freeze] [targets] [refusals]
 *
 * Exit status: 0 every figure is reached, 99 one is not, 1 error.
 */
import { flood, freeze } from './overload/crowds.mjs';
import { refusals } from './overload/refusals.mjs';
import { Stand } from './overload/stand.mjs';
import { targets } from './overload/targets.mjs';

const SCENARIOS = { flood, freeze, targets, refusals };
const asked = process.argv.slice(2);
let reached = true;
for (const name of asked.length > 0 ? asked : Object.keys(SCENARIOS)) {
  const stand = new Stand();
  try {
    console.log(`\n${name}`);
    for (const [what, figure, held] of await SCENARIOS[name](stand)) {
      console.log(`  ${held ? 'held  ' : 'MISSED'}  ${what}: ${figure}`);
      reached &&= held;
    }
  } finally {
    await stand.stop();
  }
}
process.exit(reached ? 0 : 99);
