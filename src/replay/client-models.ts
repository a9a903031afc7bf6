/** How the people of a burst behave: models, mixed by share. */
import type { Random } from '../kernel/random.js';

/** In the order in which they are drawn and reported. */
export const MODEL_NAMES = [
  'obedient',
  'impatient',
  'retrying',
  'leaving',
  'absent',
  'devices',
  'bot',
  'forging',
] as const;
export type ModelName = (typeof MODEL_NAMES)[number];

/** Weights of models; what is not named does not take part. */
export type Mix = Readonly<Partial<Record<ModelName, number>>>;

/** What one model does otherwise than the protocol says. */
export interface Manners {
  readonly name: ModelName;
  /** One sentence for help and reports. */
  readonly summary: string;
  /** False: never claims once it is called. */
  readonly comes: boolean;
  /** Asks as soon as it was told to, and comes when called: whoever does not has only itself to blame for a wait. */
  readonly prompt: boolean;
  /** Repeats the claim so often instead of polling, without jitter, in milliseconds; null: does as told. */
  readonly retryMs: number | null;
  /** When it polls next, told to poll after `toldMs`; both in milliseconds. */
  pollMs(toldMs: number, random: Random): number;
  /** Mean time in line after which it gives its place up, in milliseconds; null: stays. */
  readonly leavesAfterMs: number | null;
  /** Claims with a ticket it has altered. */
  readonly forges: boolean;
}

const asTold = (toldMs: number): number => toldMs;
const PLAIN = { comes: true, prompt: true, retryMs: null, pollMs: asTold, leavesAfterMs: null, forges: false };
const HASTE = 0.2;
const LEAST_HASTE_MS = 100;

export const MANNERS: Readonly<Record<ModelName, Manners>> = {
  obedient: { ...PLAIN, name: 'obedient', summary: 'does as it is told' },
  impatient: {
    ...PLAIN,
    name: 'impatient',
    summary: 'polls after a fifth of the time it was told',
    pollMs: (toldMs) => Math.max(LEAST_HASTE_MS, toldMs * HASTE),
  },
  retrying: {
    ...PLAIN,
    name: 'retrying',
    summary: 'repeats its claim every second, without jitter',
    prompt: false,
    retryMs: 1000,
  },
  leaving: { ...PLAIN, name: 'leaving', summary: 'gives its place up after 10 s on average', leavesAfterMs: 10_000 },
  absent: { ...PLAIN, name: 'absent', summary: 'does not come when called', comes: false, prompt: false },
  devices: { ...PLAIN, name: 'devices', summary: 'claims with three devices at the same time' },
  bot: {
    ...PLAIN,
    name: 'bot',
    summary: 'polls every 0.5 to 1 s, whatever it was told',
    prompt: false,
    pollMs: (_, random) => 500 + 500 * random(),
  },
  forging: { ...PLAIN, name: 'forging', summary: 'claims with a ticket it has altered', prompt: false, forges: true },
};

const BY_MODEL = MODEL_NAMES.map((name) => MANNERS[name]);

/** The manners of person number `person` of a plan. */
export function mannersOf(model: Uint8Array, person: number): Manners {
  return mannersNumbered(model[person] as number);
}

/** @param model - index into MODEL_NAMES */
export function mannersNumbered(model: number): Manners {
  return BY_MODEL[model] ?? MANNERS.obedient;
}

/** Devices of one person in the model `devices`. */
export const DEVICES_EACH = 3;

/**
 * @param text - such as `obedient=0.7,bot=0.3`
 * @throws RangeError with a sentence when it names no model, or a weight that is none
 */
export function parseMix(text: string): Mix {
  const mix: Partial<Record<ModelName, number>> = {};
  for (const part of text.split(',')) {
    const [name = '', given = ''] = part.trim().split('=');
    const weight = Number(given);
    if (!isModel(name)) throw new RangeError(`'${name}' is no model; there are ${MODEL_NAMES.join(', ')}`);
    if (given === '' || !(weight >= 0) || weight === Number.POSITIVE_INFINITY) {
      throw new RangeError(`the weight of ${name} is a number of 0 or more, not '${given}'`);
    }
    mix[name] = weight;
  }
  if (Object.values(mix).every((weight) => weight === 0)) throw new RangeError('some weight must be above 0');
  return mix;
}

/** The weights of all models, in the order of MODEL_NAMES. */
export function weightsOf(mix: Mix): readonly number[] {
  return MODEL_NAMES.map((name) => mix[name] ?? 0);
}

export function isModel(name: string): name is ModelName {
  return (MODEL_NAMES as readonly string[]).includes(name);
}
