/** Polls with a ticket on one core beside a bare `node:http` answer of the same bytes, in the same run. */
import { measureAll } from '../scenarios/all.mjs';
import { shareOf } from '../scenarios/throughput.mjs';
import { shareAtLeast } from './row.mjs';

/** Many: neighbours on the machine make any one of them worth little. */
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
  const row = (subject) => rows.find(({ name }) => name === subject);
  const bare = row('bare-answer');
  const whole = ({ perSecond }) => Math.round(perSecond).toLocaleString('en');
  return SUBJECTS.map(([subject, name]) => {
    const figures = `${whole(row(subject))} beside ${whole(bare)} a second`;
    return shareAtLeast(
      `Polls on one core, ${name}, of what a bare answer does (${figures})`,
      shareOf(row(subject), bare),
      BAR,
    );
  });
}
