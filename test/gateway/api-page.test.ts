import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { problemCodes } from '../../src/http/problem-codes.js';

const page = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');

it('docs/api.md lists every code with its status, and no other', () => {
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [code, Number(status)]);
  const defined = Object.entries(problemCodes).map(([code, { status }]) => [code, status]);
  expect(rows.sort()).toEqual(defined.sort());
});

it('docs/api.md links to headings that exist', () => {
  const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!.toLowerCase().replaceAll(' ', '-'));
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
  expect(links.length).toBeGreaterThan(0);
  for (const link of links) expect(anchors).toContain(link);
});
