/** `spillway serve` as a process of its own, with its workers, for tests that signal and kill it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface Line {
  readonly msg: string;
  readonly [fact: string]: unknown;
}

export interface MachineOptions {
  /** A folder made by `buildGateway`. */
  readonly build: string;
  readonly file: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Put before the program, such as `['prlimit', '--nofile=64']`. */
  readonly wrapper?: readonly string[];
}

export class GatewayMachine {
  readonly lines: Line[] = [];
  readonly child: ChildProcess;
  errors = '';
  /** The exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  #waiting: Array<() => void> = [];
  readonly #reap = (): void => void this.child.kill('SIGKILL');

  constructor({ build, file, env = {}, wrapper = [] }: MachineOptions) {
    const [command, ...args] = [...wrapper, process.execPath, join(build, 'dist/main.js'), 'serve', '--config', file];
    this.child = spawn(command!, args, {
      env: { ...process.env, SPILLWAY_LOG_LEVEL: 'info', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    process.once('exit', this.#reap);
    let rest = '';
    this.child.stdout!.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop()!;
      for (const line of lines) this.lines.push(JSON.parse(line) as Line);
      for (const look of this.#waiting) look();
    });
    this.child.stderr!.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
    this.ended = once(this.child, 'exit').then(([status, signal]) => {
      process.off('exit', this.#reap);
      for (const look of this.#waiting) look();
      return status ?? signal;
    });
  }

  static async start(options: MachineOptions): Promise<GatewayMachine> {
    const machine = new GatewayMachine(options);
    await machine.says('Spillway is ready');
    return machine;
  }

  /** The `count`th line of the log that says so. */
  says(msg: string, count = 1): Promise<Line> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.lines.filter((line) => line.msg === msg);
        const over = this.child.exitCode !== null || this.child.signalCode !== null;
        if (found.length < count && !over) return;
        this.#waiting = this.#waiting.filter((one) => one !== look);
        if (found.length >= count) resolve(found[count - 1]!);
        else reject(new Error(`It ended without saying '${msg}': ${JSON.stringify(this.lines)} ${this.errors}`));
      };
      this.#waiting.push(look);
      look();
    });
  }

  get port(): number {
    return Number(this.lines.find(({ msg }) => msg === 'Spillway is ready')?.port);
  }

  get adminUrl(): string {
    return `http://127.0.0.1:${this.lines.find(({ msg }) => msg === 'Spillway is ready')?.adminPort}`;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
