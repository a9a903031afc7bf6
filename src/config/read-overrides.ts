/** Overrides as they were stored, perhaps by another version of the program: what is not understood is left out. */
import { OVERRIDE_NAMES, type Overrides, overridesSchema } from './override-schema.js';

export function readOverrides(text: string): Overrides {
  const given = objectOf(text);
  const known = OVERRIDE_NAMES.filter((name) => overridesSchema.shape[name].safeParse(given[name]).success);
  return overridesSchema.parse(Object.fromEntries(known.map((name) => [name, given[name]])));
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = text === '' ? {} : JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
