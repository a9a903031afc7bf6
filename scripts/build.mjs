/**
 * Builds `dist/`: the compiled sources, beside them the files that the code reads at run time (Lua, pages), and the
 * program that is bundled from them.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync } from 'node:fs';
import { bundleProgram } from './bundle.mjs';

execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'], { stdio: 'inherit' });
cpSync('src', 'dist', { recursive: true, filter: (path) => !path.endsWith('.ts') });
// Draws the lines of the operator page, and is part of that document.
for (const name of ['uPlot.iife.min.js', 'uPlot.min.css', '../LICENSE']) {
  cpSync(`node_modules/uplot/dist/${name}`, `dist/admin/page/${name.replace('../', 'uPlot.')}`);
}
await bundleProgram();
chmodSync('dist/main.js', 0o755);
