/**
 * A way to hold the gateway wrong that no type can rule out, by name. What is refused would break a promise or
 * cannot work; what is warned of is allowed, and the operator should know.
 */
import type { Path } from './path.js';
import type { Config } from './schema.js';

export interface Finding {
  readonly path: Path;
  readonly value: unknown;
  /** The rule's sentence with the facts of this case; the rule's own when left out. */
  readonly problem?: string;
  readonly cure?: string;
  /** Other places the judgement rests on. Where one of them was refused itself, nothing is said. */
  readonly compared?: readonly Path[];
}

/** What a rule may look at beside the configuration. */
export interface Surroundings {
  /** @throws an error when the file cannot be read */
  readFile(path: string): Uint8Array;
}

export interface Rule {
  readonly id: string;
  readonly verdict: 'refused' | 'warned';
  readonly problem: string;
  readonly cure: string;
  readonly find: (config: Config, surroundings: Surroundings) => Iterable<Finding>;
}
