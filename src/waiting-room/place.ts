/**
 * A place in line. There are two lines: the main one, and a short one for people who were called, did not
 * come in time, and are back; each issues its own numbers, from 1, in order of arrival; a new epoch goes on
 * where the one before ended.
 */
export type LineIndex = 0 | 1;
export const MAIN: LineIndex = 0;
export const RETURN: LineIndex = 1;

export interface Place {
  readonly line: LineIndex;
  /** 1 or more; the order within the line. */
  readonly number: number;
  /** How often its owner has let a call pass. */
  readonly returns: number;
}

/** A number above 0 that tells the places of a campaign apart. */
export function placeKey({ line, number }: Place): number {
  return number * 2 + line;
}
