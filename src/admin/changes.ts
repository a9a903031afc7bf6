/** What operators send, held to the same limits as the configuration. */
import * as z from 'zod';
import { expectation } from '../config/expectation.js';
import { nearest } from '../config/nearest.js';
import { OVERRIDE_NAMES, type Overrides, overridesSchema } from '../config/override-schema.js';
import type { SettingNode } from '../config/setting-tree.js';
import { CLAIM_OUTCOMES } from './claims-desk.js';

const reason = z.string().trim().min(1).max(500).describe('Why; stands in the audit log.');
const { shape } = overridesSchema;
const nullable = <T extends z.ZodType>(schema: z.ZodOptional<T>) => schema.unwrap().nullable().optional();

/** null takes an override away. @see RFC 7396 */
export const changeSchema = z.strictObject({
  ratePerSecond: nullable(shape.ratePerSecond),
  burst: nullable(shape.burst),
  concurrencyLimit: nullable(shape.concurrencyLimit),
  maxWaiting: nullable(shape.maxWaiting),
  graceMs: nullable(shape.graceMs),
  state: nullable(shape.state),
  revertAfterSeconds: z
    .number()
    .int()
    .min(1)
    .max(86_400)
    .optional()
    .describe('After this time what was before holds again, unless somebody changes something meanwhile.'),
  reason,
});
export const reasonSchema = z.strictObject({ reason });
export const clearSchema = z.strictObject({ reason: reason.optional() });
export const resetSchema = z.strictObject({
  reason,
  confirm: z.string().describe("The campaign's id; with scope all, the id, a blank and all."),
  scope: z.enum(['line', 'all']).default('line').describe('What begins anew: the line, or ledger and budget too.'),
});

export const releaseSchema = z.strictObject({
  reason,
  count: z.number().int().min(1).max(100_000).describe('How many of those next in line are called now.'),
});

export const resolveSchema = z.strictObject({
  reason,
  outcome: z.enum(CLAIM_OUTCOMES).describe('How the claim ended.'),
});

export const eraseSchema = z.strictObject({
  reason,
  claimant: z.string().min(1).max(1000).describe('Whose claim it was, as the service knows them.'),
  path: z.string().min(1).max(8000).describe('The path of the claim.'),
  method: z.string().min(1).max(16).default('POST').describe('Its method.'),
  idempotencyKey: z.string().min(1).max(600).optional().describe('Its Idempotency-Key, where the ledger goes by it.'),
});

export type Patch = Omit<z.output<typeof changeSchema>, 'reason' | 'revertAfterSeconds'>;

export interface BodyFault {
  readonly path: string;
  readonly problem: string;
  readonly cure: string;
}

export type BodyReading<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'wrong'; readonly faults: readonly BodyFault[] };

export function readBody<T>(schema: z.ZodType<T>, body: unknown): BodyReading<T> {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return { kind: 'ok', value: parsed.data };
  const tree = z.toJSONSchema(schema, { io: 'input' }) as SettingNode;
  return { kind: 'wrong', faults: parsed.error.issues.flatMap((issue) => faultsOf(issue, tree)) };
}

/** The overrides that hold when `patch` is put over `current`. */
export function patched(current: Overrides, patch: Patch): Overrides {
  const given = OVERRIDE_NAMES.map((name) => [name, patch[name] === undefined ? current[name] : patch[name]] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined && value !== null));
}

function faultsOf(issue: z.core.$ZodIssue, tree: SettingNode): BodyFault[] {
  const known = tree.properties ?? {};
  const names = Object.keys(known);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: key,
      problem: `"${key}" cannot be changed at run time.`,
      cure: `Did you mean ${nearest(key, names)}? Known here: ${names.join(', ')}.`,
    }));
  }
  const path = issue.path.join('.');
  if (path === '') return [{ path, problem: 'The body is no JSON object.', cure: `Send ${names.join(', ')}.` }];
  const node = known[path];
  const cure = `Give ${node === undefined ? 'something else' : expectation(node)}.`;
  return [
    {
      path,
      problem:
        issue.input === undefined && issue.code === 'invalid_type'
          ? 'It is missing or of another kind.'
          : issue.message,
      cure,
    },
  ];
}
