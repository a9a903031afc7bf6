/** What an operator may change at run time, within the limits that the configuration itself has. */
import * as z from 'zod';
import { campaignSchema } from './campaign-schema.js';
import { upstreamSchema } from './upstream-schema.js';

const { admission, queue } = campaignSchema.shape;
const pace = admission.unwrap().shape;
const line = queue.unwrap().shape;
const { limit } = upstreamSchema.shape.concurrency.unwrap().shape;

export const overridesSchema = z
  .strictObject({
    ratePerSecond: pace.ratePerSecond.unwrap().describe('Claims handed to the upstream per second.'),
    burst: pace.burst.unwrap().describe('Claims that may go at once after a quiet moment.'),
    concurrencyLimit: limit
      .unwrap()
      .describe("Claims at the upstream at once up to which this campaign's enter; at most what the file says."),
    maxWaiting: line.maxWaiting.unwrap().describe('People who may wait at once.'),
    graceMs: line.graceMs.unwrap().describe('How long a called number may take to claim, in milliseconds.'),
    state: z
      .enum(['open', 'paused', 'sold-out', 'ended'])
      .describe("The operator's word on the state; without, schedule and budget decide."),
  })
  .partial();

export type Overrides = z.output<typeof overridesSchema>;
export type OverrideName = keyof Overrides;

export const OVERRIDE_NAMES = Object.keys(overridesSchema.shape) as OverrideName[];
