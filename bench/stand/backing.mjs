/** What stands behind a subject: a claim service that is never the limit (nginx), and a Redis. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOAD_CORE } from './machine.mjs';
import { freePort, startServer, stopServer } from './processes.mjs';

export const ANSWER = '{"granted":true,"coupon":"LNY-0123456789"}';

/** What every nginx of a measurement has in common. */
export const nginxHead = (folder) => `
worker_processes 1; daemon off; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log crit;
events { worker_connections 18000; }
http {
  access_log off; keepalive_requests 100000000; keepalive_timeout 300s; tcp_nodelay on;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; client_body_buffer_size 256k;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  default_type application/json;
`;

/** A location may only return text of a few kB, but a variable holds any. */
const serviceConfig = (folder, port) => `${nginxHead(folder)}
  server {
    listen 127.0.0.1:${port} backlog=4096; client_max_body_size 8m;
    set $k '${'x'.repeat(1000)}';
    set $k10 '$k$k$k$k$k$k$k$k$k$k';
    location = /requests { stub_status; }
    location /1kB { return 200 '$k'; }
    location /100kB { return 200 '$k10$k10$k10$k10$k10$k10$k10$k10$k10$k10'; }
    location / { return 200 '${ANSWER}'; }
  }
}
`;

export async function startService() {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
  const port = await freePort();
  writeFileSync(join(folder, 'nginx.conf'), serviceConfig(folder, port));
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf')];
  const child = await startServer({ command: 'nginx', args, port, core: LOAD_CORE });
  return {
    port,
    /** Requests it has seen, this question included. */
    async seen() {
      const text = await (await fetch(`http://127.0.0.1:${port}/requests`)).text();
      return Number(text.split('\n')[2].trim().split(/\s+/)[2]);
    },
    async stop() {
      await stopServer(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @param more - further arguments */
export async function startRedis(more = []) {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
  const port = await freePort();
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
    ...more,
  ];
  const child = await startServer({ command: 'redis-server', args, port, core: LOAD_CORE });
  return {
    port,
    pid: child.pid,
    async stop() {
      await stopServer(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
