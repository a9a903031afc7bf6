/** Which claims are of a lower class, and what they leave to the others. */
import * as z from 'zod';
import { fieldName } from './identifier.js';

export const prioritySchema = z.strictObject({
  header: fieldName
    .nullable()
    .default(null)
    .describe('Header that names the class; counts only from server.trustProxy. null: none.'),
  lowWhen: z
    .array(z.string().min(1).max(64))
    .min(1)
    .max(16)
    .default(['low', 'background'])
    .describe('Values of that header, or of claimant.jwt.priorityClaim, that mean the lower class.'),
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
