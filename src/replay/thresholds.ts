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

/** @returns whether the figure keeps its bound; null: there is no such figure, or it was not measured */
export function meets(
  threshold: Threshold,
  figures: object,
): { readonly value: number | null; readonly held: boolean | null } {
  const value = figureAt(figures, threshold.figure);
  return { value, held: value === null ? null : compared(value, threshold) };
}

function figureAt(figures: object, path: string): number | null {
  let at: unknown = figures;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null) return null;
    at = (at as Record<string, unknown>)[name];
  }
  return typeof at === 'number' ? at : null;
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
