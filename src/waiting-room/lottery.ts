/**
 * The drawing of lots. Who joined before the opening, with numbers `from` to `to`, goes in the order of a keyed
 * permutation of these numbers; whoever joins later follows behind. Nothing is stored per person: a number's turn is
 * computed from the key, which is made known after the draw and is committed to before.
 *
 * The permutation is a Feistel network over the rectangle of `a` columns that just holds all numbers (Black and Rogaway,
 * "Ciphers with arbitrary finite domains", 2002): each round adds to one coordinate what the key makes of the other, and
 * every round can be undone. A result beyond the last number is put through again until it is none. `lottery.lua` is the
 * same, which is why the round function is one that Redis has, too: the first 52 bits of
 * SHA-1("key round coordinate").
 */
import { hash } from 'node:crypto';
import { MAIN, type Place } from './place.js';

export interface Lottery {
  /** Forty hexadecimal digits. */
  readonly key: string;
  /** The numbers among which lots were drawn; `from` is 0 before, and above `to` where nobody had joined. */
  readonly from: number;
  readonly to: number;
}

const ROUNDS = 8;
const DIGITS = 13;
const KEY_BYTES = 20;

/** @returns whose turn it is for `place` among the numbers that are called; null: the lots are not drawn yet */
export function turnOf(place: Place, lottery: Lottery | null): number | null {
  const { number } = place;
  if (lottery === null || place.line !== MAIN) return number;
  const { key, from, to } = lottery;
  if (from === 0) return null;
  return number < from || number > to ? number : from + permuted(key, number - from, to - from + 1);
}

/**
 * A permutation of the whole numbers below `count`.
 * @param index - 0 or more, below `count`
 */
export function permuted(key: string, index: number, count: number): number {
  const columns = Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  let at = index;
  do {
    let column = at % columns;
    let row = Math.floor(at / columns);
    for (let round = 1; round <= ROUNDS; round += 2) {
      column = (column + mixed(key, round, row)) % columns;
      row = (row + mixed(key, round + 1, column)) % rows;
    }
    at = row * columns + column;
  } while (at >= count);
  return at;
}

function mixed(key: string, round: number, coordinate: number): number {
  const digest = hash('sha1', `${key} ${round} ${coordinate}`, 'hex');
  return Number.parseInt(digest.slice(0, DIGITS), 16);
}

/** Of what two have heard of one draw, what holds: a draw made before one not made, and the one among more. */
export function newerLottery(own: Lottery | null, known: Lottery | null): Lottery | null {
  if (own === null || known === null) return own ?? known;
  return known.from > 0 && (own.from === 0 || known.to > own.to) ? known : own;
}

/** A key as it is written, of 20 octets. */
export function lotteryKey(octets: Uint8Array): string {
  return Buffer.from(octets.subarray(0, KEY_BYTES)).toString('hex');
}

/** What is published before the draw: whoever knows it can tell later that the key was not chosen afterwards. */
export function commitmentTo(key: string): string {
  return `sha256:${hash('sha256', key, 'hex')}`;
}
