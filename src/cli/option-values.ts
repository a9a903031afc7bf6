/** Values of options that several commands take. */
import { InvalidArgumentError } from 'commander';
import type { BurstTarget } from '../replay/burst-options.js';

/** @param value - a gateway's URL, or `url,share` */
export function addTarget(value: string, before: readonly BurstTarget[] = []): readonly BurstTarget[] {
  const [url = '', given = '1'] = value.split(',');
  const weight = Number(given);
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new InvalidArgumentError('It wants an http or https URL, such as http://127.0.0.1:8080.');
  }
  if (!(weight > 0)) throw new InvalidArgumentError('The share after the comma is a number above 0.');
  return [...before, { url: new URL(url).origin, share: weight }];
}

export function atLeast(least: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!Number.isFinite(number) || number < least)
      throw new InvalidArgumentError(`It wants a number of ${least} or more.`);
    return number;
  };
}

export function wholeAtLeast(least: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!Number.isSafeInteger(number) || number < least) {
      throw new InvalidArgumentError(`It wants a whole number of ${least} or more.`);
    }
    return number;
  };
}

export function share(value: string): number {
  const number = Number(value);
  if (!(number >= 0 && number <= 1)) throw new InvalidArgumentError('It wants a share between 0 and 1.');
  return number;
}

/** A parser that says what is wrong by a RangeError, as one for an option. */
export function worded<T>(parse: (value: string) => T): (value: string) => T {
  return (value) => {
    try {
      return parse(value);
    } catch (error) {
      if (error instanceof RangeError) throw new InvalidArgumentError(`${error.message}.`);
      throw error;
    }
  };
}
