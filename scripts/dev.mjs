/** The sample campaign, built and started anew when a source changes. What does not build leaves the old one running. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';

/** Editors write several files in one go. */
const QUIET_MS = 150;

const builds = () => spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' }).status === 0;
const start = () => spawn(process.execPath, ['dist/main.js', 'sample'], { stdio: 'inherit' });

if (!builds()) process.exit(1);
let gateway = start();
let timer = null;

async function again() {
  if (!builds()) return;
  if (gateway.exitCode === null && gateway.signalCode === null) {
    gateway.kill('SIGTERM');
    await once(gateway, 'exit');
  }
  gateway = start();
}

for (const folder of ['src', 'config']) {
  watch(folder, { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => void again(), QUIET_MS);
  });
}
