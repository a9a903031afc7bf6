/** Several processes that send one burst together: each moves its share of the people, all begin at one moment. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BurstOptions } from './burst-options.js';
import type { FromGenerator, ToGenerator } from './generator-messages.js';
import { addGlances, type Glance, NOTHING_SEEN } from './progress.js';
import type { Tally } from './tally.js';
import { mergeSnapshot } from './tally-snapshot.js';

const PROGRAM = fileURLToPath(new URL('./generator-process.js', import.meta.url));
/** From the moment all are ready to the first arrival, in milliseconds. */
const HEAD_START_MS = 200;

export class GeneratorPool {
  readonly #children: ChildProcess[];
  readonly #glances: Glance[];

  constructor(
    private readonly options: BurstOptions,
    program = PROGRAM,
  ) {
    this.#children = Array.from({ length: options.processes }, () => fork(program, [], { stdio: 'inherit' }));
    this.#glances = this.#children.map(() => NOTHING_SEEN);
  }

  /** What all of them have seen up to now. */
  get glance(): Glance {
    return this.#glances.reduce(addGlances, NOTHING_SEEN);
  }

  /**
   * Runs the burst, and adds up what they counted.
   * @param started - told when the burst begins
   * @throws Error when one of them failed; the others are ended
   */
  async run(tally: Tally, started: () => void): Promise<void> {
    try {
      const ends = this.#children.map((child, part) => this.#follow(child, part, tally));
      await Promise.race([Promise.all(this.#children.map((child, part) => this.#order(child, part))), ...ends]);
      const atMs = Date.now() + HEAD_START_MS;
      for (const child of this.#children) child.send({ kind: 'start', atMs } satisfies ToGenerator);
      started();
      await Promise.all(ends);
    } finally {
      for (const child of this.#children) child.kill();
    }
  }

  #order(child: ChildProcess, part: number): Promise<void> {
    const { options } = this;
    return new Promise((resolve) => {
      const listen = (message: FromGenerator): void => {
        if (message.kind !== 'ready') return;
        child.off('message', listen);
        resolve();
      };
      child.on('message', listen);
      child.send({ kind: 'order', options, share: { part, of: options.processes } } satisfies ToGenerator);
    });
  }

  #follow(child: ChildProcess, part: number, tally: Tally): Promise<void> {
    return new Promise((resolve, reject) => {
      child.on('message', (message: FromGenerator) => {
        if (message.kind === 'glance') this.#glances[part] = message.glance;
        else if (message.kind === 'failed') reject(new Error(message.reason));
        else if (message.kind === 'done') {
          mergeSnapshot(tally, message.tally);
          resolve();
        }
      });
      child.once('exit', (code) => reject(new Error(`generator ${part} ended with status ${code}`)));
      child.once('error', reject);
    });
  }
}
