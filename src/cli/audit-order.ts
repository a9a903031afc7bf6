/** `spillway audit --order`: in what order lots were drawn, computed anew from what was published. */
import { readFile } from 'node:fs/promises';
import { commitmentTo, type Lottery, turnOf } from '../waiting-room/lottery.js';
import { MAIN } from '../waiting-room/place.js';
import type { Write } from './check.js';

export interface OrderOptions {
  /** Numbers in order of joining; none: all that were drawn. */
  readonly numbers: readonly string[];
  /** The commitment as somebody noted it before the draw. */
  readonly commitment: string | undefined;
}

/** @returns exit status: 0 done, 1 the draw is not as it was promised, or has not been made, 2 wrong use */
export function printOrder(lottery: Lottery | null, options: OrderOptions, out: Write, err: Write): number {
  const numbers = options.numbers.map(Number);
  if (numbers.some((number) => !Number.isSafeInteger(number) || number < 1)) {
    err('--order takes the numbers that people joined with, whole and from 1\n');
    return 2;
  }
  if (lottery === null) {
    err('No lots are drawn for this campaign: its order is that of joining\n');
    return 1;
  }
  const { key, from, to } = lottery;
  if (from === 0) {
    out(`commitment ${commitmentTo(key)}\n`);
    err('The lots are not drawn yet\n');
    return 1;
  }
  if (options.commitment !== undefined && options.commitment !== commitmentTo(key)) {
    err(`The key ${key} is not the one that was committed to: its commitment is ${commitmentTo(key)}\n`);
    return 1;
  }
  out(`commitment ${commitmentTo(key)}\nkey ${key}\ndrawn ${from} to ${to}\njoined turn\n`);
  const printed = numbers.length > 0 ? numbers : Array.from({ length: to - from + 1 }, (_, at) => from + at);
  for (const number of printed) out(`${number} ${turnOf({ line: MAIN, number, returns: 0 }, lottery)}\n`);
  return 0;
}

/**
 * The draw as a campaign document tells of it.
 * @param source - a file, or the address of a gateway's `status.json`
 * @throws Error when it cannot be read, is no such document, or names another commitment than its key's
 */
export async function publishedLottery(source: string): Promise<Lottery | null> {
  const text = /^https?:/.test(source) ? await (await fetch(source)).text() : await readFile(source, 'utf8');
  const { lottery } = JSON.parse(text) as { lottery?: Record<string, unknown> };
  if (lottery === undefined) return null;
  const { commitment, key, from, to } = lottery;
  if (key === null) throw new Error(`The lots are not drawn yet; the commitment is ${String(commitment)}`);
  if (typeof key !== 'string' || typeof from !== 'number' || typeof to !== 'number') {
    throw new Error(`${source} does not tell of a draw as a campaign document does`);
  }
  if (commitment !== commitmentTo(key)) throw new Error(`${source} names a key that does not fit its commitment`);
  return { key, from, to };
}
