/** What the fault suite measured, as rows; `npm run test:faults` makes the table of docs/faults.md of them. */
import { appendFileSync } from 'node:fs';

export interface FaultRow {
  readonly fault: string;
  readonly moment: string;
  readonly figures: Readonly<Record<string, string | number>>;
}

/** Writes the row down where the variable FAULT_ROWS names a file. */
export function record(row: FaultRow): void {
  const file = process.env.FAULT_ROWS;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
}

/** The most events that any window of `windowMs` holds. */
export function mostWithin(timesMs: readonly number[], windowMs: number): number {
  const sorted = [...timesMs].sort((a, b) => a - b);
  let most = 0;
  for (let from = 0, to = 0; to < sorted.length; to++) {
    while (sorted[to]! - sorted[from]! > windowMs) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}
