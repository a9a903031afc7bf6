/** Conditions on an answer of the claim service. All given ones must hold; one that gives none matches every answer. */
import * as z from 'zod';
import { fieldName } from './identifier.js';
import { pattern } from './pattern.js';

export const answerSchema = z.strictObject({
  status: z.array(z.number().int().min(200).max(599)).min(1).optional().describe('Any of these statuses.'),
  header: z
    .strictObject({ name: fieldName.describe('Field name.'), value: z.string().describe('Exact value.') })
    .optional()
    .describe('A response header with exactly this value.'),
  json: z
    .strictObject({
      pointer: pattern(/^(\/[^/]*)*$/, 'a JSON Pointer (RFC 6901)').describe('Where to look in the body.'),
      equals: z
        .union([z.string(), z.number(), z.boolean(), z.null()])
        .describe('The value it must have: text, number, boolean or null.'),
    })
    .optional()
    .describe('A value inside a JSON answer.'),
});
