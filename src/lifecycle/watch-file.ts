/**
 * Tells of changes of a file, by looking at it: what editors, ConfigMaps and network file systems do to a name differs
 * too much for events to be trusted. A file that is written in several steps is told of once, when it has come to rest.
 */
import { statSync } from 'node:fs';
import type { Clock, Timer } from '../kernel/clock.js';

const LOOK_MS = 500;

/** What a file looks like from outside; another text behind the name is another look. Empty: there is none. */
export function lookOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
}

/**
 * @param since - what the file looked like when it was read
 * @returns ends it
 */
export function onFileChange(file: string, since: string, clock: Clock, changed: () => void): () => void {
  let [told, before] = [since, since];
  let timer: Timer;
  const look = (): void => {
    const now = lookOf(file);
    if (now !== told && now === before && now !== '') {
      told = now;
      changed();
    }
    before = now;
    timer = clock.after(LOOK_MS, look);
  };
  timer = clock.after(LOOK_MS, look);
  return () => timer.cancel();
}
