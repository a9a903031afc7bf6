/** Gateways as processes of their own, from the sources as they are, for tests that kill them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, relative } from 'node:path';
import { transformSync } from '@swc/core';

const CACHE = 'node_modules/.cache';

/** Compiles `src` where its dependencies are found. @returns the folder; to be removed by `dispose` */
export function buildGateway(): string {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(process.cwd(), CACHE, 'spillway-'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module","version":"0.0.0"}');
  for (const entry of readdirSync('src', { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const from = join(entry.parentPath, entry.name);
    const to = join(folder, 'dist', relative('src', from));
    mkdirSync(dirname(to), { recursive: true });
    if (!from.endsWith('.ts')) cpSync(from, to);
    else {
      const { code } = transformSync(readFileSync(from, 'utf8'), {
        filename: from,
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'es6' },
      });
      writeFileSync(to.replace(/\.ts$/, '.js'), code);
    }
  }
  return folder;
}

export function disposeBuild(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port');
  return address.port;
}

/** One gateway that may be killed and started again on the same port. */
export class GatewayProcess {
  #child: ChildProcess | null = null;
  readonly #reap = (): void => void this.#child?.kill('SIGKILL');

  constructor(
    private readonly build: string,
    private readonly file: string,
    readonly port: number,
  ) {}

  async start(): Promise<void> {
    const child = spawn(process.execPath, [join(this.build, 'dist/main.js'), 'serve', '--config', this.file], {
      env: { ...process.env, SPILLWAY_SERVER_PORT: String(this.port), SPILLWAY_LOG_LEVEL: 'info' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    process.once('exit', this.#reap);
    let said = '';
    for await (const chunk of child.stdout!.iterator({ destroyOnReturn: false })) {
      said += String(chunk);
      if (said.includes('Spillway is ready')) break;
    }
    child.stdout?.resume();
    if (!said.includes('Spillway is ready')) throw new Error(`The gateway ended before it was ready: ${said}`);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    process.off('exit', this.#reap);
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}
