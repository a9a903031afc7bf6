import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { lookOf, onFileChange } from '../../src/lifecycle/watch-file.js';
import { FakeClock } from '../support/fake-clock.js';

const folder = mkdtempSync(join(tmpdir(), 'spillway-watch-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('tells of a file that changed since it was read, once it has come to rest, however it was put there', async () => {
  const file = join(folder, 'spillway.yaml');
  const clock = new FakeClock();
  writeFileSync(file, 'a');
  const since = lookOf(file);
  writeFileSync(file, 'between reading and watching');
  let told = 0;
  const end = onFileChange(
    () => new Map([[file, since]]),
    clock,
    () => told++,
  );
  await clock.advance(500);
  expect(told).toBe(0);
  await clock.advance(500);
  expect(told).toBe(1);
  await clock.advance(5000);
  expect(told).toBe(1);
  writeFileSync(`${file}.new`, 'another file');
  renameSync(`${file}.new`, file);
  await clock.advance(500);
  writeFileSync(file, 'still being written');
  await clock.advance(500);
  expect(told).toBe(1);
  await clock.advance(500);
  expect(told).toBe(2);
  rmSync(file);
  await clock.advance(5000);
  expect(told).toBe(2);
  end();
  writeFileSync(file, 'back');
  await clock.advance(5000);
  expect(told).toBe(2);
});
