/** A real nginx with the recipe's configuration, on a port and in a folder of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, untilReady } from '../support/redis-server.js';

export interface Nginx {
  readonly port: number;
  stop(): Promise<void>;
}

/** @param addresses - what stands in the file, and what it is here */
export async function startNginx(addresses: Readonly<Record<string, string>>): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-nginx-'));
  // Its workers are somebody else.
  chmodSync(folder, 0o755);
  const port = await freePort();
  let text = readFileSync('examples/nginx/nginx.conf', 'utf8').replaceAll('/tmp/spillway-nginx', folder);
  for (const [there, here] of Object.entries({ ...addresses, '127.0.0.1:8000': `127.0.0.1:${port}` })) {
    if (!text.includes(there)) throw new Error(`The recipe's nginx.conf has no ${there}`);
    text = text.replaceAll(there, here);
  }
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, text);
  const child = spawn(process.env.NGINX ?? 'nginx', ['-p', folder, '-c', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  await untilReady(child, /start worker process /);
  return {
    port,
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
