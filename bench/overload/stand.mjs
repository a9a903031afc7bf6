/** A sample service or two, a gateway in front, each a process of its own, on free ports of the loopback. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { pinned } from '../stand/machine.mjs';

const dist = (path) => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));

export class Stand {
  #children = [];
  #folder = mkdtempSync(join(tmpdir(), 'spillway-overload-'));

  /** @param core - the core it may use; left out: any */
  async service(args = [], core = undefined) {
    const port = await freePort();
    await this.#start([dist('sample/claim-service-process.js'), '--port', String(port), ...args], port, core);
    return `http://127.0.0.1:${port}`;
  }

  /** @returns where it serves, and its process */
  async gateway(targets, { upstream = {}, campaign = {}, core = undefined }) {
    const [port, adminPort] = [await freePort(), await freePort()];
    const file = join(this.#folder, `${port}.yaml`);
    const config = {
      server: { port },
      admin: { port: adminPort },
      log: { level: 'error' },
      upstreams: [{ id: 'incentives', targets, ...upstream }],
      campaigns: [
        {
          id: 'lny-2026',
          upstream: 'incentives',
          routes: [{ path: '/campaigns/lny-2026/claims' }],
          claimant: { name: 'x-user-id', unverified: true },
          ...campaign,
        },
      ],
    };
    writeFileSync(file, stringify(config));
    const child = await this.#start([dist('main.js'), 'serve', '--config', file], port, core);
    return { url: `http://127.0.0.1:${port}`, port, admin: `http://127.0.0.1:${adminPort}`, pid: child.pid };
  }

  async stop() {
    for (const child of this.#children.reverse()) {
      if (child.exitCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await Promise.race([ended, sleep(5000)]);
      if (child.exitCode === null) child.kill('SIGKILL');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start(args, port, core) {
    const [file, argv] = pinned(core, process.execPath, args);
    const child = spawn(file, argv, { stdio: ['ignore', 'ignore', 'inherit'] });
    this.#children.push(child);
    for (let attempt = 0; attempt < 400; attempt++) {
      if (child.exitCode !== null) throw new Error(`${args[0]} ended with ${child.exitCode}`);
      if (await isListening(port)) return child;
      await sleep(50);
    }
    throw new Error(`${args[0]} does not listen on ${port}`);
  }
}

export const statsOf = async (service, since = 0) => (await fetch(`${service}/_service/stats?since=${since}`)).json();

export const arrivalsOf = async (service) => (await (await fetch(`${service}/_service/arrivals`)).json()).arrivals;

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function isListening(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() && true));
    socket.once('error', () => resolve(false));
  });
}
