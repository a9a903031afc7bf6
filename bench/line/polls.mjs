/** Polls with a ticket on one core beside a bare `node:http` answer of the same bytes, in the same run. */
import { measureAll } from '../scenarios/all.mjs';
import { shareAtLeast } from './row.mjs';

const ROUNDS = 9;
const BAR = 0.8;
const SUBJECTS = [
  ['spillway-redis', 'Redis'],
  ['spillway-memory', 'embedded'],
];

export async function measure({ seconds, tell }) {
  const asked = { only: ['poll'], ledger: false, rounds: ROUNDS, seconds, minutes: 0, most: 0, tell, save: () => {} };
  const [{ rows, invalid }] = (await measureAll(asked)).throughput;
  if (invalid !== null) throw new Error(`The polls were not measured: ${invalid}`);
  const perSecond = (subject) => rows.find(({ name }) => name === subject).perSecond;
  const bare = perSecond('bare-answer');
  return SUBJECTS.map(([subject, name]) => {
    const figures = `${Math.round(perSecond(subject)).toLocaleString('en')} beside ${Math.round(bare).toLocaleString('en')} a second`;
    return shareAtLeast(
      `Polls on one core, ${name}, of what a bare answer does (${figures})`,
      perSecond(subject) / bare,
      BAR,
    );
  });
}
