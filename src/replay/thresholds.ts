/** Bounds on figures of the report, such as `waitMs.p99<20000`. */

export interface Threshold {
  /** Path into the figures, with dots. */
  readonly figure: string;
  readonly compare: '<' | '<=' | '>' | '>=' | '=';
  readonly bound: number;
}

const FORM = /^\s*([A-Za-z][\w.-]*)\s*(<=|>=|<|>|=)\s*(-?\d+(?:\.\d+)?)\s*$/;

/** @throws RangeError with a sentence when it is none */
export function parseThreshold(text: string): Threshold {
  const [, figure, compare, bound] = FORM.exec(text) ?? [];
  if (figure === undefined) throw new RangeError(`'${text}' is no threshold; one is waitMs.p99<20000`);
  return { figure, compare: compare as Threshold['compare'], bound: Number(bound) };
}

/**
 * Thresholds of a file: one a line; what follows a # and empty lines do not count.
 * @throws RangeError with a sentence when a line is none
 */
export function parseThresholds(text: string): Threshold[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .map(parseThreshold);
}

/** @returns the figure, and whether it keeps its bound; null: it was not measured; undefined: there is no such figure */
export function meets(
  threshold: Threshold,
  figures: object,
): { readonly value: number | null | undefined; readonly held: boolean | null } {
  const value = figureAt(figures, threshold.figure);
  return { value, held: typeof value === 'number' ? compared(value, threshold) : null };
}

function figureAt(figures: object, path: string): number | null | undefined {
  let at: unknown = figures;
  for (const name of path.split('.')) {
    if (at === null) return null;
    if (typeof at !== 'object') return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return typeof at === 'number' || at === null ? at : undefined;
}

function compared(value: number, { compare, bound }: Threshold): boolean {
  switch (compare) {
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
    case '>':
      return value > bound;
    case '>=':
      return value >= bound;
    case '=':
      return value === bound;
  }
}
