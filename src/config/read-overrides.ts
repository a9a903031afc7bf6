/** Overrides as they were stored, perhaps by another version of the program: what is not understood is left out. */
import { OVERRIDE_NAMES, type Overrides, overridesSchema } from './override-schema.js';

export function readOverrides(text: string): Overrides {
  const given = objectOf(text);
  const known = OVERRIDE_NAMES.filter((name) => overridesSchema.shape[name].safeParse(given[name]).success);
  return overridesSchema.parse(Object.fromEntries(known.map((name) => [name, given[name]])));
}

/** A change that goes back by itself. */
export interface Revert {
  /** Milliseconds since the Unix epoch, on the store's clock. */
  readonly atMs: number;
  /** What holds from then on. */
  readonly overrides: Overrides;
  /** Who ordered it, and why. */
  readonly who: string;
  readonly reason: string;
}

/** Overrides as they are stored, with what becomes of them. */
export function overridesText(overrides: Overrides, revert: Revert | null): string {
  return JSON.stringify(revert === null ? overrides : { ...overrides, revert });
}

/** @returns null where the overrides stay until somebody changes them */
export function readRevert(text: string): Revert | null {
  const { revert } = objectOf(text) as { revert?: Partial<Revert> };
  if (typeof revert !== 'object' || revert === null || !Number.isFinite(revert.atMs)) return null;
  const { atMs, who, reason } = revert;
  const overrides = readOverrides(JSON.stringify(revert.overrides ?? {}));
  return { atMs: Number(atMs), overrides, who: String(who), reason: String(reason) };
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = text === '' ? {} : JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
