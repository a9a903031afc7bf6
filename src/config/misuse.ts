/** Every named rule, and the one place that runs them. */
import { maskValue } from './mask.js';
import { formatPath, overlaps, type Path } from './path.js';
import type { ConfigProblem } from './problem.js';
import type { Finding, Rule, Surroundings } from './rule.js';
import { certificateRules } from './rules/certificates.js';
import { claimantRules } from './rules/claimants.js';
import { claimRules } from './rules/claims.js';
import { lineRules } from './rules/line.js';
import { listenerRules } from './rules/listeners.js';
import { nameRules } from './rules/names.js';
import { overloadRules } from './rules/overload.js';
import { pageRules } from './rules/page.js';
import { routeRules } from './rules/routes.js';
import { secretRules } from './rules/secrets.js';
import { storeRules } from './rules/store.js';
import { tokenRules } from './rules/tokens.js';
import { trustRules } from './rules/trust.js';
import type { Config } from './schema.js';
import { nodeAt } from './setting-tree.js';

export const misuseRules: readonly Rule[] = [
  ...trustRules,
  ...listenerRules,
  ...certificateRules,
  ...secretRules,
  ...nameRules,
  ...routeRules,
  ...lineRules,
  ...overloadRules,
  ...storeRules,
  ...claimantRules,
  ...tokenRules,
  ...claimRules,
  ...pageRules,
];

export interface Misuse {
  readonly refused: readonly ConfigProblem[];
  readonly warned: readonly ConfigProblem[];
}

/** How findings relate to what the operator wrote; the identity where nothing had to be repaired. */
export interface Origin {
  original(path: Path): Path;
  sourceOf(path: Path): string;
  readonly untrusted: readonly Path[];
}

export function findMisuse(config: Config, surroundings: Surroundings, origin: Origin): Misuse {
  const refused: ConfigProblem[] = [];
  const warned: ConfigProblem[] = [];
  for (const rule of misuseRules) {
    for (const finding of rule.find(config, surroundings)) {
      const places = [finding.path, ...(finding.compared ?? [])].map((path) => origin.original(path));
      if (places.some((place) => origin.untrusted.some((path) => overlaps(path, place)))) continue;
      const problem = toProblem(rule, finding, places[0]!, origin);
      (rule.verdict === 'refused' ? refused : warned).push(problem);
    }
  }
  return { refused, warned };
}

function toProblem(rule: Rule, finding: Finding, path: Path, origin: Origin): ConfigProblem {
  return {
    path: formatPath(path),
    /** Made when it is shown, which a warning seldom is: what hides secrets is derived from the whole schema. */
    get value() {
      return maskValue(finding.value, nodeAt(path));
    },
    rule: rule.id,
    problem: finding.problem ?? rule.problem,
    cure: finding.cure ?? rule.cure,
    source: origin.sourceOf(path),
  };
}
