/**
 * The YAML file as plain data, and where in the file each value stands. Every fault of the text is found in one
 * reading. Merge keys (`<<`) work, so that campaigns can share settings; what an anchor gives twice is two copies.
 */
import { isAlias, isMap, isNode, isPair, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { formatPath, type Path } from './path.js';
import type { ConfigProblem } from './problem.js';

/** Deeper than any setting; bounds the recursion of everything that walks the data. */
const MAX_DEPTH = 32;

/** Later faults of a text are mostly echoes of the first. */
const MAX_FAULTS = 5;

export interface ConfigDocument {
  /** Mappings, lists and scalars; nothing shared, no cycles. Null for an empty file. */
  readonly value: unknown;
  readonly problems: readonly ConfigProblem[];
  /** Whether there is no data to look at, because the text is not YAML. */
  readonly unreadable: boolean;
  /** `file:line` of the value at `path`, or of the nearest mapping around it. */
  sourceOf(path: Path): string;
}

export function readDocument(file: string, text: string): ConfigDocument {
  const lines = new LineCounter();
  const at = (offset: number) => `${file}:${lines.linePos(offset).line}`;
  try {
    const document = parseDocument(text, { uniqueKeys: false, merge: true, lineCounter: lines, prettyErrors: false });
    const faults = [...document.errors, ...document.warnings].slice(0, MAX_FAULTS);
    const problems = faults.map((fault) => syntaxProblem(fault, at(fault.pos[0])));
    problems.push(...duplicateKeys(document, at));
    const sourceOf = (path: Path) => {
      for (let length = path.length; length > 0; length--) {
        const node = document.getIn(path.slice(0, length), true);
        if (isNode(node) && node.range) return at(node.range[0]);
      }
      return file;
    };
    if (document.errors.length > 0) return { value: null, problems, unreadable: true, sourceOf };
    return { value: unshared(document.toJS()), problems, unreadable: false, sourceOf };
  } catch (error) {
    // Thrown for what is well-formed and yet unusable: cycles, alias bombs, nesting without end.
    return { value: null, problems: [syntaxProblem(error, file)], unreadable: true, sourceOf: () => file };
  }
}

/** A deep copy in which nothing is shared. @throws RangeError for a cycle or nesting without end */
export function unshared(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new RangeError(`nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) return value.map((item) => unshared(item, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unshared(item, depth + 1)]));
}

function syntaxProblem(fault: unknown, source: string): ConfigProblem {
  // Some messages end in the text they are about, which may be a secret: after a colon.
  const reason = (fault instanceof Error ? fault.message : String(fault)).replace(/(: .*|\.)$/s, '');
  return {
    path: source,
    value: undefined,
    rule: 'yaml-syntax',
    problem: `The file is not readable as YAML: ${reason}.`,
    cure: 'Correct the text at this line.',
    source,
  };
}

function duplicateKeys(document: ReturnType<typeof parseDocument>, at: (offset: number) => string): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  visit(document, {
    Map(_, map, ancestors) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? key.value : undefined;
        if (name === undefined || name === '<<') continue;
        if (seen.has(name)) {
          const path = formatPath([...pathTo([...ancestors, map]), String(name)]);
          problems.push({
            path,
            value: String(name),
            rule: 'duplicate-key',
            problem: `"${name}" is given twice in the same mapping; one would silently win.`,
            cure: 'Remove one of the two.',
            source: isNode(key) && key.range ? at(key.range[0]) : '',
          });
        }
        seen.add(name);
      }
    },
  });
  return problems;
}

/** Keys and indexes that lead down a chain of nodes, root first. */
function pathTo(chain: readonly unknown[]): Path {
  const path: (string | number)[] = [];
  for (const [index, node] of chain.entries()) {
    const next = chain[index + 1];
    if (isPair(node)) path.push(isScalar(node.key) ? String(node.key.value) : '?');
    else if (isNode(node) && !isMap(node) && !isAlias(node) && 'items' in node && Array.isArray(node.items)) {
      const position = node.items.indexOf(next);
      if (position >= 0) path.push(position);
    }
  }
  return path;
}
