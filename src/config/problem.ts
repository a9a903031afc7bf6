/** What is wrong with a configuration: always all of it at once, each with its place, its value and its cure. */
import { SpillwayError } from '../kernel/errors.js';

export interface ConfigProblem {
  /** Where in the configuration, e.g. `campaigns[0].queue.graceMs`; the file or variable when it is about that. */
  readonly path: string;
  /** The value given, secrets masked; undefined when there is none. */
  readonly value: unknown;
  /** Stable name of the rule that was broken. */
  readonly rule: string;
  /** What is wrong, a sentence. */
  readonly problem: string;
  /** What to do about it, a sentence. */
  readonly cure: string;
  /** Where the value was given: `file:line`, or the name of an environment variable. */
  readonly source: string;
}

export class ConfigError extends SpillwayError {
  readonly code = 'CONFIG_INVALID';
  readonly statusCode = 422;

  constructor(
    readonly file: string,
    readonly problems: readonly ConfigProblem[],
    cause?: unknown,
  ) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super(`${file}: ${count} in the configuration\n${problems.map(formatProblem).join('\n')}`, { cause });
  }
}

/** Three lines for a terminal: place and value, what is wrong, what to do. */
export function formatProblem({ path, value, rule, problem, cure, source }: ConfigProblem): string {
  const given = value === undefined ? '' : ` = ${shorten(JSON.stringify(value) ?? String(value))}`;
  return `- ${path}${given}  [${rule}; ${source}]\n  ${problem}\n  ${cure}`;
}

function shorten(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 117)}...`;
}
