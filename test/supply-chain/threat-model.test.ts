import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const page = readFileSync('docs/threat-model.md', 'utf8');

it('Every threat of the model names tests that exist', () => {
  const threats = page.slice(page.indexOf('## Threats'), page.indexOf('## Not defended'));
  const rows = [...threats.matchAll(/^\| (?!threat|-)(.+?) \| (.+) \| (.+) \|$/gm)];
  expect(rows.length).toBeGreaterThan(35);
  for (const [, threat, , tests] of rows) {
    const files = tests!.split(', ');
    expect([threat, files.filter((file) => !existsSync(file))]).toEqual([threat, []]);
  }
});

it('Each of the ten risks of OWASP API Security 2023 has its answer, and tests that exist', () => {
  const answers = [...page.matchAll(/^\| API(\d+) [^|]+\| (.+) \| (.+) \|$/gm)];
  expect(answers.map(([, number]) => Number(number))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  for (const [, , answer, tests] of answers) {
    expect(answer!.length).toBeGreaterThan(80);
    expect(tests!.split(', ').filter((file) => !/^test\/.+\.test\.ts$/.test(file) || !existsSync(file))).toEqual([]);
  }
});
