/** The C yardsticks: nginx and HAProxy, one thread each, with limits in their own memory and none shared. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nginxHead } from '../stand/backing.mjs';
import { SUBJECT_CORE } from '../stand/machine.mjs';
import { freePort, startServer, stopServer } from '../stand/processes.mjs';

/** One token a minute beside a burst: what a window of a minute lets through at once. */
const nginxConfig = (folder, port, { servicePort, limits }) => `${nginxHead(folder)}
  limit_req_zone $http_x_user_id zone=user:128m rate=1r/m;
  limit_req_zone $binary_remote_addr zone=address:1m rate=100000r/s;
  limit_req_zone $server_name zone=door:1m rate=100000r/s;
  limit_req_status 429;
  upstream service { server 127.0.0.1:${servicePort}; keepalive 256; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096; server_name claims; client_max_body_size 8m;
    location / {
      limit_req zone=user ${limits.perUser > 1 ? `burst=${limits.perUser - 1} nodelay` : ''};
      limit_req zone=address burst=100000 nodelay; limit_req zone=door burst=100000 nodelay;
      proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_buffers 32 8k;
    }
  }
}
`;

const haproxyConfig = (port, { servicePort, limits }) => `
global
  maxconn 4000
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
backend users
  stick-table type string len 32 size 1m expire 60s store http_req_rate(60s)
backend addresses
  stick-table type ip size 10k expire 60s store http_req_rate(60s)
backend doors
  stick-table type integer size 16 expire 60s store http_req_rate(60s)
frontend claims
  bind 127.0.0.1:${port} backlog 4096
  http-request track-sc0 hdr(x-user-id) table users
  http-request track-sc1 src table addresses
  http-request track-sc2 int(1) table doors
  http-request deny deny_status 429 if { sc_http_req_rate(0) gt ${limits.perUser} }
  http-request deny deny_status 429 if { sc_http_req_rate(1) gt ${limits.perAddress} }
  http-request deny deny_status 429 if { sc_http_req_rate(2) gt ${limits.door} }
  default_backend service
backend service
  server service 127.0.0.1:${servicePort}
`;

function native(title, command, config, argsOf) {
  return {
    title,
    limited: true,
    native: true,
    needs: command,
    async start(context) {
      const folder = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
      const port = await freePort();
      const file = join(folder, 'config');
      writeFileSync(file, config(folder, port, context));
      const child = await startServer({ command, args: argsOf(folder, file), port, core: SUBJECT_CORE });
      return {
        port,
        pid: child.pid,
        async stop() {
          await stopServer(child);
          rmSync(folder, { recursive: true, force: true });
        },
      };
    },
  };
}

export const nginx = native('nginx limit_req (limits not shared)', 'nginx', nginxConfig, (folder, file) => [
  ...['-p', folder, '-c', file],
]);
export const haproxy = native(
  'HAProxy stick tables (limits not shared)',
  'haproxy',
  (_folder, port, context) => haproxyConfig(port, context),
  (_folder, file) => ['-db', '-f', file],
);
