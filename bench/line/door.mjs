/** Use of the service though half of those called never come, order, and the bound: on the virtual clock, two gateways. */
import { atLeast, atMost, shareAtLeast } from './row.mjs';
import { BOUNDS, simulated } from './world.mjs';

const PEOPLE = 40_000;
const SECONDS = 20;

export async function measure() {
  const { report } = await simulated({ people: PEOPLE, overSeconds: SECONDS, mix: { obedient: 0.5, absent: 0.5 } });
  const few = `${PEOPLE.toLocaleString('en')} people in ${SECONDS} s, half never come, ${BOUNDS.ratePerSecond}/s`;
  return [
    shareAtLeast(`${few}: use of the service, in the worst 5 s`, report.leastUse, 0.98),
    atMost(`${few}: claims beyond the bound, in the worst window`, Math.max(0, report.upstream.overBound), '', 0),
    atLeast(`${few}: pairs 250 ms apart served in order`, report.fairness, '', 0.99),
    atMost(`${few}: by how much later an overtaker came, p99`, report.overtakenP99Ms / 1000, 's', 2),
  ];
}
