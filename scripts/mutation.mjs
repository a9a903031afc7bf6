/**
 * Whether the tests notice changed code, in one of the rooms that hold promises: `npm run mutation -- buckets|line|ledger`.
 * Each part is judged by the smallest set of tests that should know, without servers and processes.
 */
import { spawnSync } from 'node:child_process';

const PARTS = {
  buckets: {
    mutate: files('src/buckets', 'gcra memory-buckets memory-token-buckets refusal-cache'),
    tests: ['test/buckets/{gcra,memory-buckets,refusal-cache}.test.ts'],
  },
  line: { mutate: ['src/waiting-room/*.ts'], tests: ['test/waiting-room/*.test.ts', 'test/mutation/line.ts'] },
  ledger: {
    mutate: files(
      'src/claims',
      'outcomes json-pointer idempotency-key claim-keys credentials verdict entry-text answer-text budget granted-filter memory-book',
    ),
    tests: [
      'test/claims/{answer-text,credentials,granted-filter,idempotency-key,outcomes}.test.ts',
      'test/mutation/ledger.ts',
    ],
  },
};

function files(folder, names) {
  return names.split(' ').map((name) => `${folder}/${name}.ts`);
}

const [name, ...more] = process.argv.slice(2);
const part = PARTS[name];
if (part === undefined) {
  console.error(`mutation: say which part: ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}
const { status } = spawnSync('npx', ['stryker', 'run', '--mutate', part.mutate.join(','), ...more], {
  env: { ...process.env, SPILLWAY_MUTATION_TESTS: part.tests.join(' ') },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
