import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { corpus } from './corpus.js';
import { corpusPage } from './corpus-page.js';
import { ODD } from './odd-requests.js';

const PAGE = 'docs/hostile-requests.md';

it('docs/hostile-requests.md says what each request of the corpus is answered', () => {
  const page = corpusPage(corpus, ODD);
  if (process.env.SPILLWAY_WRITE_PAGES !== undefined) writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});
