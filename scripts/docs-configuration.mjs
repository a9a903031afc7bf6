/** Writes `docs/configuration.md`, and the table of the README, from the schema. Build first: it reads the compiled sources. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { configurationTable, essentialTable } from '../dist/config/reference.js';

mkdirSync('docs', { recursive: true });
writeFileSync('docs/configuration.md', configurationTable());
const readme = readFileSync('README.md', 'utf8');
const marked = /(<!-- settings -->\n)[\s\S]*?(\n<!-- \/settings -->)/;
writeFileSync(
  'README.md',
  readme.replace(marked, (_all, open, close) => `${open}${essentialTable()}${close}`),
);
