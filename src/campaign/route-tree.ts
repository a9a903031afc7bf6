/**
 * A tree of path segments. At each level a literal is preferred to a parameter, and a parameter to a rest; where the
 * preferred branch has nothing acceptable further down, the next is tried. Every node is visited at most once a
 * search, so the configuration bounds the work, not the path.
 */
import type { Segment } from './route-pattern.js';

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  parameter: Node<T> | null;
  /** Of a pattern that ends here. */
  here: T | null;
  /** Of a pattern whose `*` stands below here. */
  rest: T | null;
}

const newNode = <T>(): Node<T> => ({ literals: new Map(), parameter: null, here: null, rest: null });

export class RouteTree<T> {
  readonly #root: Node<T> = newNode();

  /** The value at exactly this pattern, parameter names apart; made by `make` where there is none yet. */
  at(pattern: readonly Segment[], make: () => T): T {
    let node = this.#root;
    for (const segment of pattern) {
      if (segment.kind === 'rest') {
        node.rest ??= make();
        return node.rest;
      }
      node = childFor(node, segment);
    }
    node.here ??= make();
    return node.here;
  }

  /**
   * The most exact value whose pattern matches and that `accept` takes, or null. A parameter takes no empty segment;
   * a rest takes none but a last one (`/a/`).
   */
  first(segments: readonly string[], accept: (value: T) => boolean): T | null {
    return firstBelow(this.#root, segments, 0, accept);
  }
}

function childFor<T>(node: Node<T>, segment: Exclude<Segment, { kind: 'rest' }>): Node<T> {
  if (segment.kind === 'parameter') {
    node.parameter ??= newNode();
    return node.parameter;
  }
  let child = node.literals.get(segment.text);
  if (child === undefined) {
    child = newNode();
    node.literals.set(segment.text, child);
  }
  return child;
}

function firstBelow<T>(
  node: Node<T>,
  segments: readonly string[],
  depth: number,
  accept: (value: T) => boolean,
): T | null {
  if (depth === segments.length) return node.here !== null && accept(node.here) ? node.here : null;
  const segment = segments[depth] as string;
  const literal = node.literals.get(segment);
  const inLiteral = literal === undefined ? null : firstBelow(literal, segments, depth + 1, accept);
  if (inLiteral !== null) return inLiteral;
  if (segment === '') return null;
  const inParameter = node.parameter === null ? null : firstBelow(node.parameter, segments, depth + 1, accept);
  if (inParameter !== null) return inParameter;
  return node.rest !== null && accept(node.rest) ? node.rest : null;
}
