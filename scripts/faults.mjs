/**
 * Runs the fault suite, and writes what it measured as a table into docs/faults.md, between its marks.
 *
 *   npm run test:faults                     every fault at every moment, small crowds
 *   npm run test:faults -- --crowd 5000     the large crowd; further arguments choose tests, as jest takes them, and
 *                                           rows that were not run stay as they were
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const PAGE = 'docs/faults.md';
const NAMES = {
  most: 'most claims handed over in a second:',
  normalMs: 'milliseconds from the end of the fault to the next claim handed over:',
  people: 'people:',
  granted: 'granted:',
  claims: 'claims:',
  failed: 'failed:',
};
const CROWD_COLUMNS = {
  granted: 'granted',
  grantedTwice: 'twice',
  overBound: 'over the bound',
  placesLost: 'places lost',
  fairness: 'in order',
  ownP99Ms: 'own answers p99, ms',
  slowestOwnMs: 'slowest, ms',
  nextClaimMs: 'next claim, ms',
  normalMs: 'full rate, ms',
  longestPauseMs: 'longest pause, ms',
};

const { values, positionals } = parseArgs({
  options: { crowd: { type: 'string' }, testNamePattern: { type: 'string', short: 't' } },
  allowPositionals: true,
});
const crowd = values.crowd === undefined ? null : Number(values.crowd);
const folder = mkdtempSync(join(tmpdir(), 'spillway-faults-'));
const file = join(folder, 'rows.ndjson');
const which = positionals.length > 0 ? positionals : [crowd === null ? 'test/faults' : 'test/faults/crowd'];
const named = values.testNamePattern === undefined ? [] : ['-t', values.testNamePattern];
const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--runInBand', ...which, ...named];
const { status } = spawnSync(process.execPath, jest, {
  stdio: 'inherit',
  env: { ...process.env, FAULT_ROWS: file, ...(crowd === null ? {} : { FAULT_CROWD: String(crowd) }) },
});
const measured = existsSync(file)
  ? readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  : [];
rmSync(folder, { recursive: true });
const of = `Measured on ${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} shared cores.`;
if (crowd !== null) writeCrowd(measured);
else if (status === 0) writeMoments(measured.filter(({ moment }) => moment !== 'crowd'));
process.exitCode = status ?? 1;

function writeMoments(rows) {
  const lines = rows.map(({ fault, moment, figures }) => {
    const said = Object.entries(figures).map(([name, value]) => `${NAMES[name] ?? name} ${value}`);
    return `| ${fault} | ${moment} | ${said.join(', ')} |`;
  });
  replace('measured', [of, '', '| fault | moment | figures |', '|---|---|---|', ...lines]);
}

/** Also of rows that missed a bar: what was measured is written down. */
function writeCrowd(rows) {
  const people = rows.filter(({ figures }) => figures.people !== undefined);
  const service = rows.filter(({ figures }) => figures.told !== undefined);
  merge('crowd', ['fault', ...Object.values(CROWD_COLUMNS)], people, (figures) =>
    Object.keys(CROWD_COLUMNS).map((name) => figures[name]),
  );
  merge('service', ['fault', 'claims', 'told', 'slowest, ms', 'connections left'], service, (figures) => [
    figures.claims,
    figures.told,
    figures.slowestMs,
    figures.left,
  ]);
}

function merge(mark, columns, rows, cellsOf) {
  if (rows.length === 0) return;
  const table = new Map(
    between(mark)
      .split('\n')
      .filter((line) => line.startsWith('| ') && !line.startsWith('| fault'))
      .map((line) => [line.split('|')[1].trim(), line]),
  );
  for (const { fault, figures } of rows) table.set(fault, `| ${[fault, ...cellsOf(figures)].join(' | ')} |`);
  replace(mark, [
    of,
    '',
    `| ${columns.join(' | ')} |`,
    `|${'---|'.repeat(columns.length)}`,
    ...[...table.values()].sort(),
  ]);
}

function between(mark) {
  const page = readFileSync(PAGE, 'utf8');
  const begin = `<!-- ${mark} -->`;
  const from = page.indexOf(begin) + begin.length;
  return page.slice(from, page.indexOf('<!-- end -->', from));
}

function replace(mark, lines) {
  const page = readFileSync(PAGE, 'utf8');
  const begin = `<!-- ${mark} -->`;
  const from = page.indexOf(begin) + begin.length;
  writeFileSync(PAGE, `${page.slice(0, from)}\n${lines.join('\n')}\n${page.slice(page.indexOf('<!-- end -->', from))}`);
}
