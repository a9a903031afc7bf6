/** Lays `SPILLWAY_*` variables over the data of the file. Nothing here reads the process; the variables are given. */
import { unshared } from './document.js';
import { hide, maskUrl, maskValue, soundsSecret } from './mask.js';
import { nearest } from './nearest.js';
import { formatPath, isMapping, type Path } from './path.js';
import type { ConfigProblem } from './problem.js';
import { alternatives, itemsOf, type SettingNode } from './setting-tree.js';
import { isServiceLink, PREFIX, RESERVED_VARIABLES, type Variable, variablesOf } from './variables.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Overridden {
  readonly value: unknown;
  readonly problems: readonly ConfigProblem[];
  /** The variable that gave the value at `path`, or undefined when none did. */
  variableOf(path: Path): string | undefined;
}

/** Containers are laid before what is inside them, whatever the order of the variables. */
export function override(base: unknown, env: Environment): Overridden {
  const value = base === null ? {} : unshared(base);
  const problems: ConfigProblem[] = [];
  const origins = new Map<string, string>();
  const names = Object.keys(env).filter((name) => name.startsWith(PREFIX) && !Object.hasOwn(RESERVED_VARIABLES, name));
  names.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  for (const name of names) {
    const text = env[name];
    if (text === undefined || isServiceLink(name, text)) continue;
    const known = variablesOf(value);
    const targets = known.get(name);
    if (targets === undefined) problems.push(unknownVariable(name, text, known.keys()));
    else if (targets.length > 1) problems.push(ambiguousVariable(name, text, targets));
    else {
      const [{ path, node }] = targets as [Variable];
      const parsed = parseVariable(text, node);
      if (parsed === undefined) problems.push(unreadableVariable(name, text, node));
      else if (setAt(value, path, parsed.value)) origins.set(formatPath(path), name);
    }
  }
  const variableOf = (path: Path) => {
    for (let length = path.length; length > 0; length--) {
      const name = origins.get(formatPath(path.slice(0, length)));
      if (name !== undefined) return name;
    }
    return undefined;
  };
  return { value, problems, variableOf };
}

/**
 * Text of a variable as the type its setting has. Text that fits no type stays text, for the schema to refuse.
 * @returns undefined for JSON that is none
 */
export function parseVariable(text: string, node: SettingNode): { readonly value: unknown } | undefined {
  const accepts = (...types: string[]) => alternatives(node).some(({ type }) => type && types.includes(type));
  const trimmed = text.trim();
  if (trimmed === 'null' && accepts('null')) return { value: null };
  if (/^(true|false)$/.test(trimmed) && accepts('boolean')) return { value: trimmed === 'true' };
  if (/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(trimmed) && accepts('number', 'integer'))
    return { value: Number(trimmed) };
  if (/^[[{]/.test(trimmed) && accepts('array', 'object')) return parseJson(trimmed);
  const items = itemsOf(node);
  if (items === undefined) return { value: text };
  const parts = trimmed.split(',').map((part) => part.trim());
  return { value: parts.filter((part) => part !== '').map((part) => parseVariable(part, items)?.value) };
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: unshared(JSON.parse(text)) };
  } catch {
    return undefined;
  }
}

/** Makes the mappings on the way. False where something else stands in the way, which the schema will name. */
function setAt(root: unknown, path: Path, value: unknown): boolean {
  let holder = root as Record<string | number, unknown>;
  for (const part of path.slice(0, -1)) {
    holder[part] ??= {};
    const next = holder[part];
    if (!isMapping(next) && !Array.isArray(next)) return false;
    holder = next as Record<string | number, unknown>;
  }
  if (typeof holder !== 'object' || holder === null) return false;
  holder[path.at(-1)!] = value;
  return true;
}

function unknownVariable(name: string, text: string, known: Iterable<string>): ConfigProblem {
  return {
    path: name,
    value: soundsSecret(name) ? hide(text) : maskUrl(text),
    rule: 'unknown-variable',
    problem: `${name} is no setting of this configuration; it would silently have no effect.`,
    cure: `Did you mean ${nearest(name, known)}? Otherwise unset it.`,
    source: name,
  };
}

function ambiguousVariable(name: string, text: string, targets: readonly Variable[]): ConfigProblem {
  return {
    path: name,
    value: maskValue(text, targets[0]?.node),
    rule: 'ambiguous-variable',
    problem: `${name} could mean ${targets.map(({ path }) => formatPath(path)).join(' or ')}.`,
    cure: 'Set the value in the file, or give the entries ids that differ in more than punctuation.',
    source: name,
  };
}

function unreadableVariable(name: string, text: string, node: SettingNode): ConfigProblem {
  return {
    path: name,
    value: soundsSecret(name) ? hide(text) : maskValue(text, node),
    rule: 'unreadable-variable',
    problem: `${name} begins like JSON and is not.`,
    cure: 'Give a JSON list or mapping, or the entries of a plain list separated by commas.',
    source: name,
  };
}
