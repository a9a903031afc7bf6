/** Shared secrets by name, so that they can be rotated: the new one is put first, the old one stays until it is done. */
import * as z from 'zod';
import { pattern } from './pattern.js';

export const keySchema = z.strictObject({
  id: pattern(/^[A-Za-z0-9_-]{1,16}$/, '1 to 16 letters, digits, dashes or underscores').describe(
    'Name of the key; stands in everything it signs.',
  ),
  secretFile: z.string().min(1).optional().describe('File that holds the secret, at least 32 bytes.'),
  secret: z
    .string()
    .min(1)
    .meta({ writeOnly: true })
    .optional()
    .describe('The secret itself, for environments that inject it; at least 32 bytes.'),
});

export type KeyConfig = z.output<typeof keySchema>;
