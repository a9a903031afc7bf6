/** The app of the recipe as a process: what it says of each answer, and how it ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export class MobileApp {
  said = '';
  /** The last line: what became of the claim. */
  readonly outcome: Promise<unknown>;
  #look = (): void => {};

  constructor(port: number, user: string) {
    const args = [
      'examples/mobile-app/claim.mjs',
      `http://127.0.0.1:${port}`,
      'spring',
      '/coupons/spring/claims',
      user,
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.on('data', (chunk: Buffer) => {
      this.said += chunk.toString();
      this.#look();
    });
    this.outcome = once(child, 'close').then(() => JSON.parse(this.said.trimEnd().split('\n').at(-1)!));
  }

  says(what: RegExp): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (what.test(this.said)) resolve();
      };
      this.#look();
    });
  }
}
