/** Writes `docs/configuration.md` from the schema. Build first: it reads the compiled sources. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { configurationTable } from '../dist/config/reference.js';

mkdirSync('docs', { recursive: true });
writeFileSync('docs/configuration.md', configurationTable());
