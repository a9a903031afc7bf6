/** What a campaign records of who comes, for rehearsals to replay. */
import * as z from 'zod';
import { pattern } from './pattern.js';

/** Fields that say who somebody is, or let somebody be them. */
const PRIVATE = 'authorization|proxy-authorization|cookie|spillway-[a-z0-9-]*';

export const recordingSchema = z.strictObject({
  folder: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Folder into which each gateway writes a trace of the claims it gets; null: nothing is recorded.'),
  maxRequests: z
    .number()
    .int()
    .min(1)
    .max(100_000_000)
    .default(1_000_000)
    .describe('Requests after which one recording ends; about 100 bytes each before they are packed.'),
  headers: z
    .array(
      pattern(
        new RegExp(`^(?!(?:${PRIVATE})$)[a-z0-9-]{1,64}$`),
        'the lower-case name of a header field other than authorization, cookie and spillway-*',
      ),
    )
    .max(16)
    .default([])
    .describe('Header fields that are recorded too; idempotency-key is replayed as the key of the claim.'),
});
