import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { buildGateway } from '../claims/built-gateway.js';

const folder = buildGateway();
for (const name of ['scripts', 'fuzz']) mkdirSync(join(folder, name));
cpSync('scripts/fuzz.mjs', join(folder, 'scripts/fuzz.mjs'));
cpSync('fuzz/request-path.mjs', join(folder, 'fuzz/request-path.mjs'));
afterAll(() => rmSync(folder, { recursive: true }));

function fuzzed(seconds: number, ...target: string[]) {
  const args = ['scripts/fuzz.mjs', String(seconds), '1', ...target];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

it('The fuzzer finds a bug that only the branches on the way lead to', () => {
  const { status, said } = fuzzed(120, join(process.cwd(), 'test/fuzz/planted-bug.mjs'));
  expect(said).toContain('the planted bug');
  expect(said).toContain('"BUG');
  expect(status).toBe(99);
}, 150_000);

it('The fuzzer runs the request path for as long as it is told, and says how far it came', () => {
  const { status, said } = fuzzed(1);
  expect(said).toMatch(/^[1-9]\d* inputs, \d+ branches reached, \d+ inputs kept, nothing found; seed 1\n$/);
  expect(status).toBe(0);
}, 60_000);
