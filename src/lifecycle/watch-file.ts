/**
 * Tells of changes of files, by looking at it: what editors, ConfigMaps and network file systems do to a name differs
 * too much for events to be trusted. A file that is written in several steps is told of once, when it has come to rest.
 */
import { readFileSync, statSync } from 'node:fs';
import type { Clock, Timer } from '../kernel/clock.js';

const LOOK_MS = 500;

/** What a file looks like from outside; another text behind the name is another look. Empty: there is none. */
export function lookOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
}

/** Files as they looked when they were last read: what the configuration rests on, the secrets it names included. */
export class FilesRead {
  readonly #looks = new Map<string, string>();

  get looks(): ReadonlyMap<string, string> {
    return this.#looks;
  }

  /** @throws the system's error when the file cannot be read */
  readonly read = (file: string): Buffer => {
    // Looked at before it is read: a change in between is noticed later rather than never.
    this.#looks.set(file, lookOf(file));
    return readFileSync(file);
  };
}

/**
 * @param files - by name, what each looked like when it was read
 * @returns ends it
 */
export function onFileChange(files: () => ReadonlyMap<string, string>, clock: Clock, changed: () => void): () => void {
  const told = new Map<string, string>();
  const before = new Map<string, string>();
  let timer: Timer;
  const hasChanged = (file: string, since: string): boolean => {
    const now = lookOf(file);
    const rests = now === (before.get(file) ?? since);
    before.set(file, now);
    if (now === (told.get(file) ?? since) || !rests || now === '') return false;
    told.set(file, now);
    return true;
  };
  const look = (): void => {
    if ([...files()].filter(([file, since]) => hasChanged(file, since)).length > 0) changed();
    timer = clock.after(LOOK_MS, look);
  };
  timer = clock.after(LOOK_MS, look);
  return () => timer.cancel();
}
