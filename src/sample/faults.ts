/** What the sample claim service can be told to do wrong. */
import * as z from 'zod';

export const faultsSchema = z.strictObject({
  failShare: z.number().min(0).max(1).default(0).describe('Share of claims answered with `status` instead of a grant.'),
  status: z.number().int().min(400).max(599).default(500).describe('Status of a claim that fails.'),
  delayMs: z.number().min(0).max(600_000).default(0).describe('Added to the service time of every claim.'),
  freezeMs: z.number().min(0).max(600_000).default(0).describe('Once, from now: nothing is answered for so long.'),
  soldOutAfter: z
    .number()
    .int()
    .min(0)
    .nullable()
    .default(null)
    .describe('Grants after which every claim is answered 410 with `campaign-status: sold-out`; null: never.'),
});

export type Faults = z.infer<typeof faultsSchema>;

export const NO_FAULTS: Faults = faultsSchema.parse({});
