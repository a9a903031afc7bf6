/**
 * Two attacks on a running gateway, and what everybody else notices of them.
 *   node bench/hostile.mjs slow [connections]      claims of others while so many requests never end
 *   node bench/hostile.mjs crowd [claimants]       the gateway's memory while so many made-up claimants ask once each
 * Needs a build. Everything on loopback, in processes of its own, stopped at the end.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { connect } from 'node:net';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const [attack, count, port] = [process.argv[2], Number(process.argv[3] ?? 0), Number(process.argv[4] ?? 0)];
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const SECONDS = 10;
const CLAIMS_PER_SECOND = 200;
const AT_ONCE = 64;

/** Requests that never end: half of them stop within the header, half within the body. */
async function attackSlowly() {
  const open = (at) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => {});
    // Whoever is cut off comes again, as an attacker would.
    socket.on('close', () => setTimeout(open, 1000, at));
    const head = `POST /claims HTTP/1.1\r\nHost: a\r\nX-User-Id: slow-${at}\r\n`;
    socket.write(at % 2 === 0 ? head : `${head}Content-Length: 1000\r\n\r\n{`);
  };
  for (let at = 0; at < count; at += 100) {
    for (let one = at; one < Math.min(count, at + 100); one++) open(one);
    await sleep(20);
  }
  process.send('under way');
}

/** Claimants that nobody ever saw, each once, as fast as they are answered. */
async function attackInCrowds() {
  let next = 0;
  const startedMs = performance.now();
  const crowd = async () => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    while (next < count) {
      const at = next++;
      socket.write(`POST /claims HTTP/1.1\r\nHost: a\r\nX-User-Id: made-up-${at}\r\nContent-Length: 0\r\n\r\n`);
      let text = '';
      while (!text.includes('\r\n\r\n')) text += (await once(socket, 'data'))[0].toString('latin1');
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, crowd));
  process.send({ seconds: (performance.now() - startedMs) / 1000 });
}

const CONFIG = (upstream, gateway) => `
server: { port: ${gateway} }
admin: { port: 0 }
log: { level: error }
upstreams: [ { id: u, targets: ["http://127.0.0.1:${upstream}"], concurrency: { limit: 64 } } ]
campaigns:
  - id: lny
    upstream: u
    routes: [ { methods: [POST], path: /claims } ]
    claimant: { from: header, name: x-user-id, unverified: true }
    admission: ${attack === 'slow' ? '{ ratePerSecond: 5000, burst: 500 }' : '{ ratePerSecond: 1, burst: 1 }'}
    queue: { maxWaiting: 1000 }
`;

async function claimsOfOthers() {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const ms = [];
  let failed = 0;
  const claim = (user) =>
    new Promise((resolve) => {
      const startedMs = performance.now();
      const headers = { 'x-user-id': user, 'content-length': 2 };
      const sent = request({ port: gatewayPort, path: '/claims', method: 'POST', agent, headers }, (answer) => {
        answer.resume().on('end', () => {
          if (answer.statusCode === 201) ms.push(performance.now() - startedMs);
          else failed++;
          resolve();
        });
      });
      sent.on('error', () => resolve(failed++));
      sent.end('{}');
    });
  const all = [];
  for (let at = 0; at < SECONDS * CLAIMS_PER_SECOND; at++) {
    all.push(claim(`honest-${Math.random()}`));
    await sleep(1000 / CLAIMS_PER_SECOND);
  }
  await Promise.all(all);
  agent.destroy();
  ms.sort((a, b) => a - b);
  const at = (share) => Number(ms[Math.floor(ms.length * share)].toFixed(2));
  return { claims: ms.length, failed, p50: at(0.5), p99: at(0.99) };
}

const memoryMb = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

let gatewayPort = 0;
async function main() {
  const service = createServer((req, res) => req.resume().on('end', () => res.writeHead(201).end('{}')));
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  gatewayPort = free.address().port;
  free.close();
  const folder = mkdtempSync(join(tmpdir(), 'spillway-hostile-'));
  const file = join(folder, 'spillway.yaml');
  writeFileSync(file, CONFIG(service.address().port, gatewayPort));
  const gateway = fork(MAIN, ['serve', '--config', file], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  for (let ready = false; !ready; ) {
    const probe = connect({ port: gatewayPort, host: '127.0.0.1' });
    ready = await Promise.race([once(probe, 'connect').then(() => true), once(probe, 'error').then(() => false)]).catch(
      () => false,
    );
    probe.destroy();
    if (!ready) await sleep(50);
  }
  // The attacker has machines of its own: on this one it takes what is left over.
  const attacker = () => {
    const child = fork(fileURLToPath(import.meta.url), [attack, String(count), String(gatewayPort)]);
    setPriority(child.pid, constants.priority.PRIORITY_LOW);
    return child;
  };
  try {
    if (attack === 'slow') {
      await claimsOfOthers();
      const before = await claimsOfOthers();
      const child = attacker();
      await once(child, 'message');
      await sleep(1000);
      const during = await claimsOfOthers();
      child.kill();
      console.log({ connections: count, before, during, ratio: Number((during.p99 / before.p99).toFixed(2)) });
    } else {
      const samples = [memoryMb(gateway.pid)];
      const child = attacker();
      const done = once(child, 'message');
      const watch = setInterval(() => samples.push(memoryMb(gateway.pid)), 2000);
      const [{ seconds }] = await done;
      clearInterval(watch);
      const rounded = samples.map((mb) => Math.round(mb));
      console.log({ claimants: count, seconds: Math.round(seconds), memoryMb: rounded.join(' ') });
    }
  } finally {
    gateway.kill('SIGKILL');
    service.close();
    service.closeAllConnections();
    rmSync(folder, { recursive: true });
  }
}

if (port === 0) await main();
else if (attack === 'slow') await attackSlowly();
else await attackInCrowds();
