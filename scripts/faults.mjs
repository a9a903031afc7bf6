/** Runs the fault suite, and writes what it measured as a table into docs/faults.md, between the two marks. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';

const PAGE = 'docs/faults.md';
const [BEGIN, END] = ['<!-- measured -->', '<!-- end -->'];
const NAMES = {
  most: 'most claims handed over in a second:',
  normalMs: 'milliseconds from the end of the fault to the next claim handed over:',
  people: 'people:',
  granted: 'granted:',
  claims: 'claims:',
  failed: 'failed:',
};

const folder = mkdtempSync(join(tmpdir(), 'spillway-faults-'));
const file = join(folder, 'rows.ndjson');
const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', 'test/faults', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, jest, {
  stdio: 'inherit',
  env: { ...process.env, FAULT_ROWS: file },
});
const rows = existsSync(file)
  ? readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  : [];
rmSync(folder, { recursive: true });
if (status === 0 && rows.length > 0) writePage(rows);
process.exitCode = status ?? 1;

function writePage(measured) {
  const lines = ['| fault | moment | figures |', '|---|---|---|'];
  for (const { fault, moment, figures } of measured) {
    const said = Object.entries(figures).map(([name, value]) => `${NAMES[name] ?? name} ${value}`);
    lines.push(`| ${fault} | ${moment} | ${said.join(', ')} |`);
  }
  const of = `Measured on ${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} shared cores.`;
  const page = readFileSync(PAGE, 'utf8');
  const [before, after] = [page.slice(0, page.indexOf(BEGIN)), page.slice(page.indexOf(END))];
  writeFileSync(PAGE, `${before}${BEGIN}\n${of}\n\n${lines.join('\n')}\n${after}`);
}
