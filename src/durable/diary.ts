/**
 * What an embedded store writes down, in a folder of its own: text by name, in LevelDB. What always holds:
 *
 * - Changes are written in the order in which they were made; those that come while one batch is on its way travel
 *   together in the next.
 * - `keep` resolves when its changes have left this process, and where asked for, when they are on the disk.
 * - A batch that could not be written is not lost: it goes along with the next.
 */
import { ClassicLevel } from 'classic-level';
import { StoreUnavailableError } from '../kernel/errors.js';

/** Null: nothing stands under this name any more. */
export type Changes = ReadonlyMap<string, string | null>;

export class Diary {
  #pending = new Map<string, string | null>();
  #onDisk = false;
  /** Of the batch on its way; never rejects. */
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;
  /** Whether the last batch could not be written. */
  failing = false;

  private constructor(private readonly level: ClassicLevel) {}

  /** @throws Error when the folder cannot be used, or another process uses it */
  static async open(folder: string): Promise<Diary> {
    const level = new ClassicLevel(folder);
    try {
      await level.open();
    } catch (cause) {
      throw new Error(`store.path: the folder ${folder} cannot be opened; does another gateway use it?`, { cause });
    }
    return new Diary(level);
  }

  /** All that stands there, by name. */
  entries(): AsyncIterable<[string, string]> {
    return this.level.iterator();
  }

  /** @throws StoreUnavailableError when it could not be written */
  keep(changes: Changes, onDisk = false): Promise<void> {
    for (const [name, text] of changes) this.#pending.set(name, text);
    this.#onDisk ||= onDisk;
    this.#next ??= this.#current.then(() => this.#write());
    return this.#next;
  }

  async close(): Promise<void> {
    await this.#next?.catch(() => {});
    await this.#current;
    await this.level.close();
  }

  async #write(): Promise<void> {
    const [batch, sync, sinceMs] = [this.#pending, this.#onDisk, performance.now()];
    this.#current = this.#next!.catch(() => {});
    this.#next = null;
    this.#pending = new Map();
    this.#onDisk = false;
    try {
      await this.level.batch([...batch].map(operationOf), { sync });
      this.failing = false;
    } catch (cause) {
      this.failing = true;
      this.#pending = new Map([...batch, ...this.#pending]);
      this.#onDisk ||= sync;
      throw new StoreUnavailableError('write', Math.round(performance.now() - sinceMs), cause);
    }
  }
}

function operationOf([key, value]: readonly [string, string | null]) {
  return value === null ? ({ type: 'del', key } as const) : ({ type: 'put', key, value } as const);
}
