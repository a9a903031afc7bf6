/**
 * The page's languages: one JSON file each, named after its language tag (BCP 47), such as `pt-BR.json`. A folder of
 * one's own adds languages to those that come with Spillway, or replaces them. Every file is checked at start.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const said = z.string().min(1).max(400);
const withPlaces = (...places: readonly string[]) =>
  said.refine((text) => places.every((place) => text.includes(place)), { error: `must contain ${places.join(', ')}` });
/** By plural category (CLDR); `other` stands for those not given. */
const counted = z.strictObject({
  zero: withPlaces('{count}').optional(),
  one: said.optional(),
  two: withPlaces('{count}').optional(),
  few: withPlaces('{count}').optional(),
  many: withPlaces('{count}').optional(),
  other: withPlaces('{count}'),
});
const state = z.strictObject({ headline: said, explanation: said });

export const textsSchema = z.strictObject({
  direction: z.enum(['ltr', 'rtl']),
  states: z.strictObject({
    scheduled: state,
    open: state,
    prequeue: state,
    paused: state,
    waiting: state,
    called: state,
    lapsed: state,
    claimed: state,
    left: state,
    'sold-out': state,
    ended: state,
  }),
  positionLabel: said,
  etaLabel: said,
  eta: z.strictObject({
    underMinute: said,
    upTo: withPlaces('{max}'),
    between: withPlaces('{min}', '{max}'),
    minutes: counted,
    hours: counted,
  }),
  opensAt: withPlaces('{time}'),
  unlikely: said,
  keepOpen: said,
  refreshes: said,
  join: said,
  goOn: said,
  leave: said,
  leaveWarning: said,
  leaveConfirm: said,
  connectionLost: said,
});

export type PageTexts = z.output<typeof textsSchema>;

const SHIPPED = fileURLToPath(new URL('./texts/', import.meta.url));

/**
 * @param folder - one's own; null: only those that come with Spillway
 * @throws RangeError when a file is no language, or not what it must be; the system's error when it cannot be read
 */
export function loadTexts(folder: string | null = null): ReadonlyMap<string, PageTexts> {
  const texts = new Map<string, PageTexts>();
  for (const from of folder === null ? [SHIPPED] : [SHIPPED, folder]) {
    for (const file of readdirSync(from).sort()) {
      if (file.endsWith('.json')) texts.set(languageOf(file), readTexts(join(from, file)));
    }
  }
  return texts;
}

function languageOf(file: string): string {
  const tag = file.slice(0, -'.json'.length);
  try {
    const [canonical] = Intl.getCanonicalLocales(tag);
    if (canonical === tag) return tag;
  } catch {
    // Answered below.
  }
  throw new RangeError(`${file} is not named after a language, as pt-BR.json is`);
}

function readTexts(path: string): PageTexts {
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new RangeError(`${path} is no JSON: ${error.message}`, { cause: error });
    throw error;
  }
  const texts = textsSchema.safeParse(given);
  if (texts.success) return texts.data;
  throw new RangeError(`${path} is not a language of the waiting page:\n${z.prettifyError(texts.error)}`);
}
