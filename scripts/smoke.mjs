/**
 * The smallest proof that what was built works: starts the built sample on free ports, claims once, looks at health
 * and metrics, and stops the process it started. Exit status 0 when all of that held.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, freePorts, untilReady } from './smoke-steps.mjs';

const STOP_MS = 20_000;

async function check(base, admin, gone) {
  await untilReady(`${admin}/readyz`, gone);
  const claim = await fetch(`${base}/campaigns/lny-2026/claims`, {
    method: 'POST',
    headers: { 'x-user-id': 'smoke-1', 'content-type': 'application/json' },
    body: '{}',
  });
  expect(claim.ok, `a claim is answered by the service behind (${claim.status})`);
  const stray = await fetch(`${base}/no/such/route`);
  expect(stray.headers.get('spillway-code') === 'NO_ROUTE', `an unknown route is refused (${stray.status} NO_ROUTE)`);
  const line = await fetch(`${base}/queue/lny-2026/status.json`);
  expect(line.ok && (await line.json()).state === 'open', 'the campaign document says that the campaign is open');
  const metrics = await (await fetch(`${admin}/metrics`)).text();
  expect(/^spillway_requests_total\{campaign="lny-2026".*\} 1$/m.test(metrics), 'the metrics count the claim');
}

async function main() {
  const [port, adminPort, servicePort] = await freePorts(3);
  const settings = {
    SPILLWAY_SERVER_PORT: String(port),
    SPILLWAY_ADMIN_PORT: String(adminPort),
  };
  const child = spawn(process.execPath, ['dist/main.js', 'sample', '--service-port', String(servicePort)], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said = (said + chunk).slice(-20_000);
    });
  }
  const exit = once(child, 'exit');
  const gone = exit.then(([code]) => {
    throw new Error(`the gateway ended by itself with exit status ${code}`);
  });
  gone.catch(() => {});
  try {
    await check(`http://127.0.0.1:${port}`, `http://127.0.0.1:${adminPort}`, gone);
    child.kill('SIGTERM');
    const [code] = (await Promise.race([exit, pause(STOP_MS, [null], { ref: false })])) ?? [null];
    expect(code === 0, 'the gateway stops when asked, with exit status 0');
  } catch (err) {
    console.error(`smoke: FAILED: ${err.message}\n--- what the gateway said last ---\n${said}`);
    process.exitCode = 1;
  } finally {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
}

await main();
