/**
 * Lets the checks of misuse see past what the schema refuses, so that one reading reports everything. Refused values
 * give way to their defaults; an entry of a list that cannot be mended is left out.
 */
import type { z } from 'zod';
import { formatPath, type Path, valueAt } from './path.js';
import { type Config, configSchema } from './schema.js';

export interface Repaired {
  readonly config: Config;
  /** Where a place of the repaired configuration stands in the original. */
  original(path: Path): Path;
  /** Places of the original that were not taken as they were given. */
  readonly untrusted: readonly Path[];
}

const MAX_ROUNDS = 16;

/** @param root - plain data; changed in place */
export function repair(root: unknown): Repaired | undefined {
  const untrusted: Path[] = [];
  const kept = new Map<string, number[]>();
  const original = (path: Path): Path => {
    const translated: (string | number)[] = [];
    for (const part of path) {
      const indexes = typeof part === 'number' ? kept.get(formatPath(translated)) : undefined;
      translated.push(indexes && typeof part === 'number' ? (indexes[part] ?? part) : part);
    }
    return translated;
  };
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const result = configSchema.safeParse(root);
    if (result.success) return { config: result.data, original, untrusted };
    const targets = result.error.issues.map((issue) => removable(root, issue));
    // From the back, so that leaving one entry out does not move another that is still to go.
    const distinct = new Map(targets.flatMap((paths) => paths.map((path) => [formatPath(path), path])));
    for (const path of [...distinct.values()].sort(backToFront)) {
      if (path.length === 0) return undefined;
      untrusted.push(original(path));
      remove(root, path, kept, original);
    }
  }
  return undefined;
}

function removable(root: unknown, issue: z.core.$ZodIssue): Path[] {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...path, key]);
  if (valueAt(root, path) !== undefined) return [path];
  const entry = path.findLastIndex((part) => typeof part === 'number');
  return [path.slice(0, entry + 1)];
}

function backToFront(a: Path, b: Path): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const [x, y] = [a[index]!, b[index]!];
    if (x !== y) return x < y ? 1 : -1;
  }
  return b.length - a.length;
}

function remove(root: unknown, path: Path, kept: Map<string, number[]>, original: (path: Path) => Path): void {
  const last = path.at(-1)!;
  const holder = valueAt(root, path.slice(0, -1));
  if (Array.isArray(holder) && typeof last === 'number') {
    const name = formatPath(original(path.slice(0, -1)));
    const indexes = kept.get(name) ?? [...holder.keys()];
    indexes.splice(last, 1);
    kept.set(name, indexes);
    holder.splice(last, 1);
  } else if (typeof holder === 'object' && holder !== null) {
    delete (holder as Record<string, unknown>)[last];
  }
}
