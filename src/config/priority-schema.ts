/** Which claims are of a lower class, and what they leave to the others. */
import { z } from 'zod';
import { fieldName } from './identifier.js';

export const prioritySchema = z.strictObject({
  header: fieldName
    .nullable()
    .default(null)
    .describe('Header that names the class; counts only from server.trustProxy. null: none.'),
  claim: z
    .string()
    .min(1)
    .max(128)
    .nullable()
    .default(null)
    .describe("Claim of the claimant's JWT that names the class; null: none."),
  lowWhen: z
    .array(z.string().min(1).max(64))
    .min(1)
    .max(16)
    .default(['low', 'background'])
    .describe('Values of the header or claim that mean the lower class.'),
  lowRoutes: z
    .array(z.string().min(1).max(512))
    .max(64)
    .default([])
    .describe('Paths of guarded routes, as they stand in routes, whose claims are of the lower class.'),
  reserve: z
    .number()
    .min(0)
    .max(0.95)
    .default(0.5)
    .describe("Share of the door's burst that the lower class leaves to the others."),
});
