/** Settings of the line of one campaign: who may wait and be held, and how often they come back. */
import * as z from 'zod';

export const queueSchema = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether there is a line; without, who may not pass is told OVERLOADED.'),
  holdMs: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(250)
    .describe('How long a claim may be held for its turn instead of being sent back, in milliseconds.'),
  maxHeld: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_000)
    .describe('Claims one gateway holds at once; further ones are sent back at once, with their place.'),
  maxWaiting: z
    .number()
    .int()
    .min(1)
    .max(100_000_000)
    .default(1_000_000)
    .describe('People who may wait at once; the next is told QUEUE_FULL.'),
  graceMs: z
    .number()
    .int()
    .min(1000)
    .max(86_400_000)
    .default(45_000)
    .describe('How long a called number may take to claim, in milliseconds.'),
  poll: z
    .strictObject({
      nearMs: z
        .number()
        .int()
        .min(50)
        .max(60_000)
        .default(250)
        .describe('Shortest time between two polls, near the door, in milliseconds.'),
      maxMs: z
        .number()
        .int()
        .min(100)
        .max(600_000)
        .default(30_000)
        .describe('Longest time between two polls, in milliseconds.'),
      budgetPerSecond: z
        .number()
        .int()
        .min(10)
        .max(1_000_000)
        .default(5000)
        .describe(
          'Polls per second one gateway should see; a larger crowd is told longer times, never beyond its turn.',
        ),
    })
    .prefault({})
    .describe('How often waiting clients come back.'),
  streams: z
    .strictObject({
      max: z
        .number()
        .int()
        .min(0)
        .max(1_000_000)
        .default(20_000)
        .describe('Streams of tickets one gateway holds open; who comes beyond polls. 0: none.'),
    })
    .prefault({})
    .describe('Tickets as a stream of events.'),
});
