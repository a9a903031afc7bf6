/** Settings of the ledger of one campaign: what a claim is known by, what an answer of the service means, what is kept. */
import * as z from 'zod';
import { answerSchema } from './answer-schema.js';
import { fieldName } from './identifier.js';
import { pattern } from './pattern.js';

export const claimsSchema = z.strictObject({
  mode: z
    .enum(['off', 'per-claimant', 'idempotency-key'])
    .default('off')
    .describe('Whether and by what a claim is paid once.'),
  ttlSeconds: z
    .number()
    .int()
    .min(60)
    .max(31_536_000)
    .default(86_400)
    .describe('How long a final answer is kept, in seconds.'),
  scope: z
    .enum(['route', 'campaign'])
    .default('route')
    .describe('What one grant covers: the route with its parameters, or the whole campaign.'),
  outcomes: z
    .strictObject({
      granted: z.array(answerSchema).optional().describe('Answers that mean: paid.'),
      rejected: z.array(answerSchema).optional().describe('Answers that mean: finally refused.'),
      soldOut: z.array(answerSchema).optional().describe('Answers that mean: the budget is gone.'),
      retry: z.array(answerSchema).optional().describe('Answers that mean: not processed, try again.'),
    })
    .prefault({})
    .describe(
      'What an answer of the service means; without, 2xx is granted, 409 rejected, 5xx and 429 free the claim.',
    ),
  unknown: z
    .enum(['retry', 'refuse'])
    .default('retry')
    .describe(
      'A repeat of a claim whose outcome is unknown: retry sends it again with the same key, refuse leaves it to an operator.',
    ),
  credentials: z
    .array(
      pattern(
        /^(authorization|cookie|(cookie|header):[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128})$/,
        'authorization, cookie, cookie:<name> or header:<name>',
      ),
    )
    .max(8)
    .default(['authorization', 'cookie'])
    .describe(
      'What a repeat must show again to get the stored answer: authorization, cookie (all), cookie:<name>, header:<name>.',
    ),
  storedBodyBytes: z
    .number()
    .int()
    .min(0)
    .max(65_536)
    .default(8192)
    .describe('Largest body of an answer that is stored, in bytes; of a larger one, only the outcome is.'),
  storedHeaders: z
    .array(fieldName)
    .max(32)
    .default(['content-type', 'content-encoding', 'content-language', 'cache-control', 'location'])
    .describe('Fields of an answer that are stored and replayed; Set-Cookie never is.'),
});
