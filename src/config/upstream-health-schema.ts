/** What the gateway makes of how an upstream's targets answer. */
import * as z from 'zod';

const milliseconds = (least: number, most: number, value: number) =>
  z.number().int().min(least).max(most).default(value);

export const upstreamHealthSchema = z.strictObject({
  breaker: z
    .strictObject({
      faults: z
        .number()
        .int()
        .min(1)
        .max(1000)
        .default(5)
        .describe('Requests in a row without an answer after which a target gets none.'),
      openMs: milliseconds(50, 600_000, 500).describe('How long, before one request tries again, in milliseconds.'),
      maxOpenMs: milliseconds(50, 600_000, 2000).describe(
        'How long at most; each failed try doubles it, in milliseconds.',
      ),
    })
    .prefault({})
    .describe('Keeps requests from a target that does not answer.'),
  successRate: z
    .strictObject({
      threshold: z
        .number()
        .min(0.01)
        .max(1)
        .default(0.95)
        .describe('Share of good answers, over 10 s, below which a target gets fewer requests.'),
      maxRejectShare: z
        .number()
        .min(0)
        .max(0.99)
        .default(0.8)
        .describe('Share of requests that stay away at most; 0 turns this off.'),
    })
    .prefault({})
    .describe('Fewer requests for a target that fails fast: 5xx, garbage, or no answer.'),
  ejection: z
    .strictObject({
      slowerThan: z
        .number()
        .min(1.5)
        .max(1000)
        .default(3)
        .describe('How many times as long as the others a target takes to be left out.'),
      maxShare: z
        .number()
        .min(0)
        .max(0.9)
        .default(0.5)
        .describe('Share of the targets that may be left out for being slow; 0: none.'),
    })
    .prefault({})
    .describe('Leaves out targets that are much slower than the others.'),
  retryShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe('Second tries at another target, for requests that certainly never left, as a share of all; 0: none.'),
});
