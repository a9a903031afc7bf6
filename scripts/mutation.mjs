/**
 * Whether the tests notice changed code, in one of the rooms that hold promises: `npm run mutation -- buckets|line|ledger|wire`,
 * or in single files of it: `npm run mutation -- line calling tickets`. Each part is judged by one file of tests in
 * `test/mutation`: all that should know, without servers and processes.
 */
import { spawnSync } from 'node:child_process';

const PARTS = {
  buckets: {
    folder: 'src/buckets',
    files: ['gcra', 'memory-buckets', 'memory-token-buckets', 'refusal-cache'],
  },
  line: {
    folder: 'src/waiting-room',
    files: [
      ...['caller', 'calling', 'claimant-places', 'gaps', 'grace-clock', 'grace-ladder', 'line-notes', 'lottery'],
      ...[
        'memory-line',
        'number-set',
        'patience',
        'poll-schedule',
        'recent-pace',
        'standing',
        'ticket-document',
        'tickets',
      ],
    ],
  },
  ledger: {
    folder: 'src/claims',
    files: [
      ...['answer-cache', 'answer-text', 'book-memory', 'budget', 'claim-keys', 'credentials', 'entry-text'],
      ...['granted-filter', 'idempotency-key', 'json-pointer', 'lost-claims', 'memory-book', 'memory-entries'],
      ...['outcomes', 'sold-out-word', 'verdict'],
    ],
  },
  wire: {
    folder: 'src/wire',
    files: ['answer-parser', 'connection', 'connections', 'field-syntax', 'framing', 'request-text', 'upload'],
  },
};

const [name, ...only] = process.argv.slice(2);
const part = PARTS[name];
const files = part?.files.filter((file) => only.length === 0 || only.includes(file)) ?? [];
if (files.length === 0) {
  console.error(`mutation: say which part: ${Object.keys(PARTS).join(', ')}; and perhaps which of its files.`);
  process.exit(2);
}
const { status } = spawnSync(
  'npx',
  ['stryker', 'run', '--mutate', files.map((file) => `${part.folder}/${file}.ts`).join(',')],
  { env: { ...process.env, SPILLWAY_MUTATION_PART: name }, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
