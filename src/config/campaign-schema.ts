/** Settings of one campaign: which routes it guards, when it is open, and at what pace people go through. */
import * as z from 'zod';
import { answerSchema } from './answer-schema.js';
import { claimantSchema } from './claimant-schema.js';
import { claimsSchema } from './claims-schema.js';
import { identifier } from './identifier.js';
import { pageSchema } from './page-schema.js';
import { pattern } from './pattern.js';
import { prioritySchema } from './priority-schema.js';
import { queueSchema } from './queue-schema.js';
import { recordingSchema } from './recording-schema.js';
import { routeSchema } from './route-schema.js';

const instant = z.iso.datetime({ offset: true }).nullable().default(null);

const limitSchema = z.strictObject({
  name: identifier.describe('Name of the limit; stands in RateLimit fields and metrics.'),
  key: pattern(/^(claimant|address|header:[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128})$/, 'claimant, address or header:<name>')
    .default('claimant')
    .describe('Who shares a bucket: claimant, address (IPv6 by /64), or header:<name>.'),
  capacity: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(5)
    .describe('Largest burst one key may spend at once, in tokens.'),
  refillPerSecond: z
    .number()
    .min(0.001)
    .max(100_000)
    .default(1)
    .describe('Sustained rate of one key, in tokens per second.'),
});

export const campaignSchema = z.strictObject({
  id: identifier.describe('Name of the campaign; stands in URLs, tickets and metrics.'),
  upstream: identifier.describe('The upstream that serves it.'),
  routes: z
    .array(routeSchema(['POST']))
    .min(1)
    .describe('Guarded routes: limits, line and ledger.'),
  pass: z
    .array(routeSchema(['GET', 'HEAD']))
    .default([])
    .describe('Further routes of the service, proxied with limits only.'),
  cache: z
    .strictObject({
      ttlMs: z
        .number()
        .int()
        .min(10)
        .max(3_600_000)
        .default(1000)
        .describe('Longest time an answer is fresh, in milliseconds.'),
      staleMs: z
        .number()
        .int()
        .min(0)
        .max(86_400_000)
        .default(10_000)
        .describe(
          'How long it is served beyond that, while a new one is fetched or the service fails, in milliseconds.',
        ),
      maxBodyBytes: z
        .number()
        .int()
        .min(0)
        .max(1_048_576)
        .default(65_536)
        .describe('Largest body that is kept, in bytes.'),
      entries: z.number().int().min(1).max(10_000).default(200).describe('Paths with query that are kept.'),
    })
    .nullable()
    .default(null)
    .describe(
      'For GET on pass routes whose answers are the same for everybody: one request to the service for all; null: off.',
    ),
  schedule: z
    .strictObject({
      prequeueAt: instant.describe('From when people may join before the opening; null: no pre-queue.'),
      opensAt: instant.describe('From when claims are served; null: open from the start.'),
      closesAt: instant.describe('From when every claim is answered ENDED; null: never.'),
      order: z.enum(['fifo', 'lottery']).default('fifo').describe('Order of those who joined before the opening.'),
    })
    .prefault({})
    .describe('When the campaign is open; ISO 8601 with offset.'),
  claimant: claimantSchema.prefault({}).describe('Who is asking. One claimant has one place in line.'),
  limits: z.array(limitSchema).max(8).default([]).describe('Token buckets of claimants, addresses or header values.'),
  admission: z
    .strictObject({
      ratePerSecond: z
        .number()
        .min(0.01)
        .max(1_000_000)
        .default(500)
        .describe('Claims handed to the upstream per second.'),
      burst: z
        .number()
        .int()
        .min(1)
        .max(100_000)
        .default(50)
        .describe('Claims that may go at once after a quiet moment.'),
    })
    .prefault({})
    .describe('The door: in any window of w seconds at most burst + ratePerSecond × w claims go through.'),
  adaptive: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe('Whether the pace follows the health of the service: lower while it turns claims away or is silent.'),
      minRatePerSecond: z
        .number()
        .min(0.01)
        .max(1_000_000)
        .nullable()
        .default(null)
        .describe('What the pace falls to at most, in claims per second; null: a tenth of admission.ratePerSecond.'),
      maxRestMs: z
        .number()
        .int()
        .min(0)
        .max(600_000)
        .default(30_000)
        .describe('How long a Retry-After of the service is heeded at most, in milliseconds; 0: not at all.'),
    })
    .prefault({})
    .describe('The pace that the service bears, shared by all gateways.'),
  priority: prioritySchema.prefault({}).describe('Claims of a lower class: they go when nobody else wants to.'),
  queue: queueSchema.prefault({}).describe('The line.'),
  session: z
    .strictObject({
      ttlMs: z
        .number()
        .int()
        .min(1000)
        .max(86_400_000)
        .describe('How long who went in may make further requests, in milliseconds.'),
      maxActive: z.number().int().min(1).max(10_000_000).describe('Sessions at once, over all gateways.'),
    })
    .nullable()
    .default(null)
    .describe('For campaigns of several requests: who went in may come again for a while. null: one claim is all.'),
  page: pageSchema.prefault({}).describe('The waiting page that browsers get.'),
  claims: claimsSchema.prefault({}).describe('The ledger: nobody is paid twice.'),
  budget: z
    .strictObject({
      claims: z
        .number()
        .int()
        .min(1)
        .max(1_000_000_000)
        .nullable()
        .default(null)
        .describe('Claims that may be granted at all; null: the service knows.'),
      soldOutWhen: answerSchema
        .omit({ json: true })
        .prefault({ status: [410], header: { name: 'campaign-status', value: 'sold-out' } })
        .describe('The answer by which the service says that the budget is gone; all given conditions must match.'),
    })
    .prefault({})
    .describe('How much there is to give.'),
  publish: z
    .strictObject({
      remaining: z
        .enum(['none', 'coarse', 'exact'])
        .default('none')
        .describe('What clients are told of the remaining budget.'),
      waiting: z.enum(['exact', 'rounded']).default('exact').describe('What clients are told of the number waiting.'),
    })
    .prefault({})
    .describe('What the public documents say.'),
  onStoreFailure: z
    .enum(['local', 'open', 'closed'])
    .default('local')
    .describe('What happens to claims while the store is away.'),
  recording: recordingSchema.prefault({}).describe('A trace of who comes, for rehearsals.'),
  shadow: z
    .boolean()
    .default(false)
    .describe('Count what would be refused, refuse nothing; without a line, a ledger and sessions.'),
});

export type CampaignConfig = z.output<typeof campaignSchema>;
export type RouteConfig = CampaignConfig['routes'][number];
