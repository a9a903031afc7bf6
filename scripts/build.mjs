/** Builds `dist/`: the compiled sources, and beside them the files that the code reads at run time (Lua). */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync } from 'node:fs';

execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'], { stdio: 'inherit' });
cpSync('src', 'dist', { recursive: true, filter: (path) => !path.endsWith('.ts') });
chmodSync('dist/main.js', 0o755);
