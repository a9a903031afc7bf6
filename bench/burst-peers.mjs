/**
 * The same burst of the same people against the same claim service, with something else in front of it each time:
 * nothing, nginx `limit_req`, HAProxy with a queue, and, when a URL is given, a running gateway in front of its own
 * service. Needs `npm run build`, and nginx and haproxy on the path for their rows.
 *
 *   node bench/burst-peers.mjs [--people 8000] [--over 10] [--seed 1] [--only nothing,nginx,haproxy]
 *                              [--gateway http://127.0.0.1:8080 --service http://127.0.0.1:9000] [--json]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runBurst } from '../dist/replay/burst.js';
import { burstOptions } from '../dist/replay/burst-options.js';

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '8000' },
    over: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    patience: { type: 'string', default: '60' },
    only: { type: 'string', default: 'nothing,nginx,haproxy' },
    gateway: { type: 'string' },
    service: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const SERVICE_PROCESS = fileURLToPath(new URL('../dist/sample/claim-service-process.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'burst-peers-'));

const nginxConfig = (port, servicePort) => `
worker_processes 1; daemon off; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log crit;
events { worker_connections 18000; }
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  keepalive_requests 1000000;
  limit_req_zone $server_name zone=claims:1m rate=390r/s; limit_req_status 429;
  upstream service { server 127.0.0.1:${servicePort}; keepalive 64; }
  server {
    listen 127.0.0.1:${port} backlog=4096; server_name claims;
    location / {
      limit_req zone=claims burst=20;
      proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection "";
    }
  }
}
`;

const haproxyConfig = (port, servicePort) => `
global
  maxconn 9000
defaults
  mode http
  timeout connect 5s
  timeout client 120s
  timeout server 120s
  timeout queue 120s
  http-reuse always
frontend claims
  bind 127.0.0.1:${port} backlog 4096
  default_backend service
backend service
  server service 127.0.0.1:${servicePort} maxconn 20
`;

/** What stands in front of the service, in the order of the table. */
const peers = {
  nothing: { title: 'nothing', front: null },
  nginx: {
    title: 'nginx limit_req',
    front: (port, servicePort) => {
      writeFileSync(join(folder, 'nginx.conf'), nginxConfig(port, servicePort));
      return ['nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')]];
    },
  },
  haproxy: {
    title: 'HAProxy queue',
    front: (port, servicePort) => {
      writeFileSync(join(folder, 'haproxy.cfg'), haproxyConfig(port, servicePort));
      return ['haproxy', ['-db', '-f', join(folder, 'haproxy.cfg')]];
    },
  },
};

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listening(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() && true));
    socket.once('error', () => resolve(false));
  });
}

async function start(command, args, port) {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  let failure = null;
  child.once('error', (error) => {
    failure = error;
  });
  for (let attempt = 0; attempt < 100; attempt++) {
    if (failure !== null) throw failure;
    if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}`);
    if (await listening(port)) return child;
    await sleep(50);
  }
  child.kill('SIGKILL');
  throw new Error(`${command} does not listen on ${port}`);
}

async function stop(child) {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

function burst(targetUrl, serviceUrl) {
  return runBurst(
    burstOptions({
      targets: [{ url: targetUrl, share: 1 }],
      people: Number(values.people),
      overSeconds: Number(values.over),
      seed: Number(values.seed),
      patienceMs: Number(values.patience) * 1000,
      requestTimeoutMs: Number(values.patience) * 1000,
      serviceUrl,
    }),
    process.stderr,
  );
}

async function measure(peer) {
  const children = [];
  try {
    const servicePort = await freePort();
    children.push(await start(process.execPath, [SERVICE_PROCESS, '--port', String(servicePort)], servicePort));
    let port = servicePort;
    if (peer.front !== null) {
      port = await freePort();
      const [command, args] = peer.front(port, servicePort);
      children.push(await start(command, args, port));
    }
    return await burst(`http://127.0.0.1:${port}`, `http://127.0.0.1:${servicePort}`);
  } finally {
    for (const child of children.reverse()) await stop(child);
  }
}

const number = (value, digits) => (value === null ? '–' : value.toFixed(digits));

function row(title, report) {
  const { granted, people, claimsPerSecond, fairness, requestsPerGrant, upstream, waitMs, slipMs } = report;
  return [
    title,
    `${((100 * granted) / people).toFixed(0)} %`,
    number(claimsPerSecond, 0),
    number(fairness, 3),
    number(requestsPerGrant, 1),
    upstream === null ? '–' : String(upstream.worstSecond),
    upstream === null ? '–' : String(upstream.maxInFlight),
    upstream === null ? '–' : String(upstream.crashes),
    number(waitMs.p99 / 1000, 1),
    number(slipMs.p99, 1),
  ];
}

const HEAD = [
  'in front',
  'got',
  'claims/s',
  'fairness',
  'req/grant',
  'worst s',
  'in flight',
  'crashes',
  'wait p99',
  'slip ms',
];

function table(rows) {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  return rows.map((cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`);
}

const rows = [HEAD, HEAD.map((name) => '-'.repeat(name.length))];
const reports = {};
try {
  for (const name of values.only.split(',').filter((name) => name in peers)) {
    process.stderr.write(`\n${peers[name].title}\n`);
    try {
      reports[name] = await measure(peers[name]);
      rows.push(row(peers[name].title, reports[name]));
    } catch (error) {
      process.stderr.write(`${peers[name].title}: left out: ${error.message}\n`);
    }
  }
  if (values.gateway !== undefined) {
    process.stderr.write(`\n${values.gateway}\n`);
    reports.gateway = await burst(values.gateway, values.service ?? null);
    rows.push(row('gateway', reports.gateway));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(values.json ? `${JSON.stringify(reports, null, 2)}\n` : `${table(rows).join('\n')}\n`);
