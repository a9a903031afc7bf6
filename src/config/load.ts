/**
 * From a YAML file and the environment to the configuration that holds: text → data → overrides → schema → misuse.
 * Either everything is right, or the error says everything that is wrong.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readDocument } from './document.js';
import { type Environment, override } from './environment.js';
import type { KeyConfig } from './key-schema.js';
import { maskUrl } from './mask.js';
import { findMisuse } from './misuse.js';
import type { Path } from './path.js';
import { ConfigError, type ConfigProblem } from './problem.js';
import { repair } from './repair.js';
import type { Surroundings } from './rule.js';
import { type Config, configSchema } from './schema.js';
import { schemaProblems } from './schema-problems.js';
import { readSecret } from './secret-bytes.js';

export interface ConfigSource {
  /** Path of the YAML file; also its name in messages. */
  readonly file: string;
  /** The text of the file, where the caller has it already. */
  readonly text?: string;
  /** All variables of the process; only `SPILLWAY_*` are looked at. */
  readonly env: Environment;
  /** How files are read, this one and those with secrets; the file system when left out. */
  readonly readFile?: Surroundings['readFile'];
}

/** A shared secret, read. */
export interface NamedSecret {
  readonly id: string;
  readonly secret: Uint8Array;
}

export interface LoadedConfig {
  readonly config: Config;
  /** 12 hex digits: equal for equal effective settings, whatever the file looks like. */
  readonly revision: string;
  /** Equal for equal contents of the files that the settings name; for comparing only. */
  readonly filesRevision: string;
  /** Those files as they were read. Secrets are among them: not for showing. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What is allowed and dangerous. */
  readonly warnings: readonly ConfigProblem[];
  /** The secrets of `tickets.keys`, read; the first signs. */
  readonly ticketKeys: readonly NamedSecret[];
  /** The secrets of any other list of keys in `config`. */
  secretsOf(keys: readonly KeyConfig[]): NamedSecret[];
}

/** @throws ConfigError with every problem there is; nothing else, whatever the text */
export function loadConfig({ file, text, env, readFile = readFileSync }: ConfigSource): LoadedConfig {
  const files = new Map<string, Uint8Array>();
  const surroundings = { readFile: readingOnce(readFile, files) };
  const document = readDocument(file, text ?? readText(file, readFile));
  const overridden = override(document.value, env);
  const root = overridden.value;
  const problems = [...document.problems, ...overridden.problems];
  // Of data that could not be read, nothing sensible can be said.
  if (document.unreadable) throw new ConfigError(file, problems);
  const sourceOf = (path: Path) => overridden.variableOf(path) ?? document.sourceOf(path);
  const parsed = configSchema.safeParse(root);
  if (!parsed.success) problems.push(...parsed.error.issues.flatMap((issue) => schemaProblems(root, issue, sourceOf)));
  const seen = parsed.success ? { config: parsed.data, original: same, untrusted: [] } : repair(root);
  const misuse = seen && findMisuse(seen.config, surroundings, { ...seen, sourceOf });
  problems.push(...(misuse?.refused ?? []));
  if (problems.length > 0 || seen === undefined || misuse === undefined) throw new ConfigError(file, problems);
  const { config } = seen;
  const secretsOf = (keys: readonly KeyConfig[]) => keys.map((key) => named(key, surroundings));
  const ticketKeys = secretsOf(config.tickets.keys);
  return {
    config,
    revision: revisionOf(config),
    filesRevision: contentsOf(files),
    files,
    warnings: misuse.warned,
    ticketKeys,
    secretsOf,
  };
}

function same(path: Path): Path {
  return path;
}

/** What was checked is what is used, even where a file changes meanwhile. */
function readingOnce(readFile: Surroundings['readFile'], read: Map<string, Uint8Array>): Surroundings['readFile'] {
  return (path) => {
    const bytes = read.get(path) ?? readFile(path);
    read.set(path, bytes);
    return bytes;
  };
}

function contentsOf(files: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash('sha256');
  for (const [path, bytes] of files) hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  return hash.digest('hex');
}

function readText(file: string, readFile: Surroundings['readFile']): string {
  try {
    return Buffer.from(readFile(file)).toString('utf8');
  } catch (error) {
    const problem: ConfigProblem = {
      path: file,
      value: undefined,
      rule: 'file-unreadable',
      problem: `The configuration file cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      cure: 'Name another file with --config, or let the user of the gateway read this one.',
      source: file,
    };
    throw new ConfigError(file, [problem], error);
  }
}

function named(key: KeyConfig, surroundings: Surroundings): NamedSecret {
  const secret = readSecret(key, surroundings);
  if (secret.kind !== 'read') throw new TypeError(`key ${key.id} passed the checks and has no secret`);
  return { id: key.id, secret: secret.bytes };
}

/**
 * Ticket secrets and token hashes take part, so that changing one shows. Passwords in URLs do not: they may be short
 * enough to be guessed from a hash that everybody can read in the metrics.
 */
export function revisionOf(config: Config): string {
  // The schema puts keys in its own order, so equal settings are equal text.
  const canonical = JSON.stringify(config, (_key, value: unknown) =>
    typeof value === 'string' ? maskUrl(value) : value,
  );
  return createHash('sha256').update(canonical).digest('hex').slice(0, 12);
}
