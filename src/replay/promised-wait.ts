/** The first wait that somebody in line was promised, and whether it came so. */
export interface PromisedWait {
  readonly minMs: number;
  readonly maxMs: number;
}

/** How far beside the range a wait may be, as a share of its ends. */
const LEEWAY = 0.25;
/** A range wider than this says nothing. */
const WIDEST = 1.5;
const WIDEST_MS = 2000;

export function isKept({ minMs, maxMs }: PromisedWait, waitedMs: number): boolean {
  if (maxMs > WIDEST * minMs + WIDEST_MS) return false;
  return waitedMs >= minMs * (1 - LEEWAY) && waitedMs <= maxMs * (1 + LEEWAY);
}
