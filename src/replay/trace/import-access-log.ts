/**
 * Access logs as traces: the common and the combined log format of Apache and nginx. Addresses, and names of users,
 * become keyed hashes: a trace says who is the same, not who anybody is.
 * @see https://httpd.apache.org/docs/current/logs.html#common
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { TraceLine } from './trace-format.js';

export interface Imported {
  readonly lines: readonly TraceLine[];
  readonly seconds: number;
  /** Lines that are no requests. */
  readonly skipped: number;
}

const LINE =
  /^(\S+) \S+ (\S+) \[(\d{2})\/(\w{3})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-]\d{2})(\d{2})\] "([A-Z]+) (\S+)[^"]*" \d{3} /;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * @param path - only requests whose path begins so
 * @param salt - keeps hashes of different imports apart; default: a new one each time
 */
export async function importAccessLog(
  texts: AsyncIterable<string> | Iterable<string>,
  path: string,
  salt: Uint8Array = randomBytes(16),
): Promise<Imported> {
  const found: Array<{ readonly atMs: number; readonly line: Omit<TraceLine, 't'> }> = [];
  let skipped = 0;
  for await (const text of texts) {
    const match = LINE.exec(text);
    const target = match?.[12] ?? '';
    if (match === null || !target.startsWith('/')) {
      if (text !== '') skipped++;
      continue;
    }
    if (!target.startsWith(path)) continue;
    const who = match[2] === '-' ? match[1]! : match[2]!;
    found.push({ atMs: timeOf(match), line: { c: hashOf(who, salt), m: match[11]!, p: target } });
  }
  return { ...fromFirst(found), skipped };
}

/** Times counted from the first one. A log has whole seconds: requests of one second are spread evenly over it. */
function fromFirst(found: ReadonlyArray<{ readonly atMs: number; readonly line: Omit<TraceLine, 't'> }>) {
  const sorted = [...found].sort((a, b) => a.atMs - b.atMs);
  const firstMs = sorted[0]?.atMs ?? 0;
  const perSecond = new Map<number, number>();
  for (const { atMs } of sorted) perSecond.set(atMs, (perSecond.get(atMs) ?? 0) + 1);
  const seen = new Map<number, number>();
  const lines = sorted.map(({ atMs, line }) => {
    const before = seen.get(atMs) ?? 0;
    seen.set(atMs, before + 1);
    return { t: atMs - firstMs + Math.floor((1000 * before) / (perSecond.get(atMs) ?? 1)), ...line };
  });
  return { lines, seconds: Math.max(1, Math.floor(((sorted.at(-1)?.atMs ?? 0) - firstMs) / 1000) + 1) };
}

function timeOf(match: RegExpExecArray): number {
  const [day, month, year, hour, minute, second] = match.slice(3, 9) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const localMs = Date.UTC(+year, MONTHS.indexOf(month), +day, +hour, +minute, +second);
  const sign = match[9]!.startsWith('-') ? -1 : 1;
  return localMs - (Number(match[9]) * 60 + sign * Number(match[10])) * 60_000;
}

/** Sixteen characters that stand for a name. */
export function hashOf(name: string, salt: Uint8Array): string {
  return createHmac('sha256', salt).update(name).digest('base64url').slice(0, 16);
}
