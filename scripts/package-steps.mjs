/**
 * The package as users get it: packed, looked through, installed into an empty folder, and run there: the commands, and
 * the example of a gateway inside an application.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, freePorts } from './smoke-steps.mjs';

/** One file of each kind that the code reads at run time, or that users look for. */
const NEEDED = [
  'dist/main.js',
  'dist/program/program.js',
  'dist/program/LICENSES.txt',
  'dist/library/create-gateway.d.ts',
  'dist/client/client.js',
  'dist/redis/lua/exchange.lua',
  'dist/http/waiting-page/page.css',
  'dist/http/waiting-page/texts/zh.json',
  'config/spillway.yaml',
  'dashboards/grafana/dashboards/spillway-overview.json',
  'dashboards/prometheus/alert-rules.yaml',
  'docs/api.md',
];
const UNWANTED = /^(src|test|bench|scripts|node_modules|\.)|\.(map|test\.\w+)$/;

const folder = mkdtempSync(join(tmpdir(), 'spillway-package-'));
const run = (command, args) =>
  execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    encoding: 'utf8',
  });
  const [{ filename, files, unpackedSize }] = Object.values(JSON.parse(packed));
  const paths = files.map(({ path }) => path);
  const missing = NEEDED.filter((path) => !paths.includes(path));
  expect(missing.length === 0, `the package holds what is needed (missing: ${missing.join(', ') || 'nothing'})`);
  const unwanted = paths.filter((path) => UNWANTED.test(path));
  expect(unwanted.length === 0, `and nothing else (too much: ${unwanted.join(', ') || 'nothing'})`);
  console.log(`package: ${paths.length} files, ${(unpackedSize / 2 ** 20).toFixed(1)} MiB`);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }\n');
  run('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    `./${filename}`,
    `express@${expressVersion()}`,
  ]);
  expect(/^\d+\./.test(run('npx', ['spillway', '--version'])), 'npx spillway runs');
  expect(
    run('npx', ['spillway', 'check', '--config', 'node_modules/spillway/config/spillway.yaml']).includes('lny-2026'),
    'npx spillway check runs',
  );
  cpSync(resolve('examples/embedded.mjs'), join(folder, 'embedded.mjs'));
  await example();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function expressVersion() {
  return JSON.parse(execFileSync('npm', ['pkg', 'get', 'dependencies.express'], { encoding: 'utf8' }));
}

async function example() {
  const [port] = await freePorts(1);
  const child = spawn(process.execPath, ['embedded.mjs'], {
    cwd: folder,
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    // Its log comes the same way, and begins before it listens.
    let said = '';
    while (!said.includes('listening on')) said += (await once(child.stdout, 'data'))[0];
    const claims = `http://127.0.0.1:${port}/coupons/spring/claims`;
    const claim = () => fetch(claims, { method: 'POST', headers: { 'x-user-id': 'ann' } });
    let answer = await claim();
    for (let time = 0; answer.status === 429 && time < 50; time++) answer = await claim();
    expect(answer.status === 201, `the example serves a claim (${answer.status})`);
    expect((await (await fetch(`http://127.0.0.1:${port}/`)).text()).startsWith('The shop'), 'and what is not a claim');
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code === 0, 'and stops when asked');
  } finally {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
}
