/**
 * Lua scripts from real files. A line `--#include name` stands for the file `name.lua` beside it; each fragment
 * comes once, where it is first asked for, whatever includes it again.
 *
 * A script is called by its digest. A server that does not know it (restarted, flushed, promoted) is sent the source
 * once, which also teaches it the digest: to that server the call runs once, because NOSCRIPT means it did not run.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { RedisArgument, RedisConnection } from './connection.js';
import { isNoScript } from './faults.js';

const INCLUDE = /^--#include +([a-z0-9][a-z0-9-]*)[ \t]*$/gm;

export class Script {
  readonly sha: string;
  /** Calls made, whatever came of them. */
  calls = 0;
  /** Times the source had to be sent, because the server did not know the digest. */
  loads = 0;

  constructor(
    readonly name: string,
    readonly source: string,
  ) {
    this.sha = createHash('sha1').update(source).digest('hex');
  }

  /** @throws whatever the connection says; the caller tells outages from defects */
  call(connection: RedisConnection, keys: readonly string[], args: readonly RedisArgument[]): Promise<unknown> {
    this.calls++;
    const wire = ([this.sha, keys.length] as RedisArgument[]).concat(keys, args);
    return connection.send('evalsha', wire).catch((err: unknown) => {
      if (!isNoScript(err)) throw err;
      this.loads++;
      wire[0] = this.source;
      return connection.send('eval', wire);
    });
  }
}

/** The scripts of a folder by name. */
export interface Scripts {
  /** @throws RangeError when there is no such file: a defect, found at start */
  get(name: string): Script;
  readonly names: readonly string[];
}

/**
 * Reads every `*.lua` of a folder, at once and synchronously: it is done at start.
 * @throws RangeError when a file includes one that is not there
 */
export function loadScripts(folder: URL = new URL('./lua/', import.meta.url)): Scripts {
  const sources = new Map<string, string>();
  for (const file of readdirSync(folder).sort()) {
    if (file.endsWith('.lua')) sources.set(file.slice(0, -4), readFileSync(new URL(file, folder), 'utf8'));
  }
  const scripts = new Map<string, Script>();
  for (const name of sources.keys()) scripts.set(name, new Script(name, assemble(name, sources)));
  return {
    names: [...scripts.keys()],
    get(name) {
      const script = scripts.get(name);
      if (script === undefined) throw new RangeError(`There is no script '${name}' in ${folder.pathname}`);
      return script;
    },
  };
}

function assemble(name: string, sources: ReadonlyMap<string, string>, seen = new Set<string>()): string {
  seen.add(name);
  const source = sources.get(name);
  if (source === undefined) throw new RangeError(`There is no fragment '${name}' to include`);
  return source.replace(INCLUDE, (_line, fragment: string) =>
    seen.has(fragment) ? '' : assemble(fragment, sources, seen),
  );
}
