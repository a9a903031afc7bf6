/** Draws the pictures of docs/overload.md: the simulations of test/overload, which the tests hold to them. */
import { spawnSync } from 'node:child_process';

const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', 'test/overload/pictures'];
const { status } = spawnSync(process.execPath, jest, {
  stdio: 'inherit',
  env: { ...process.env, DRAW_PICTURES: '1' },
});
process.exit(status ?? 1);
