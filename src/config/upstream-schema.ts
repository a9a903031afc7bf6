/** Settings of one claim service behind the gateway. */
import * as z from 'zod';
import { identifier } from './identifier.js';
import { keySchema } from './key-schema.js';
import { upstreamTlsSchema } from './tls-schema.js';
import { upstreamHealthSchema } from './upstream-health-schema.js';

export const upstreamSchema = z.strictObject({
  id: identifier.describe('Name of the upstream; stands in metrics.'),
  targets: z
    .array(z.url({ protocol: /^https?$/ }))
    .min(1)
    .describe('Base addresses of its instances: scheme, host and port, no path.'),
  timeoutMs: z
    .number()
    .int()
    .min(10)
    .max(600_000)
    .default(3000)
    .describe('Total time an answer may take, from connecting to its last byte, in milliseconds.'),
  idempotent: z
    .boolean()
    .default(false)
    .describe('Whether the service honours Idempotency-Key: the same key again gives the same answer and pays once.'),
  tls: upstreamTlsSchema.prefault({}).describe('How gateway and service know each other, for https targets.'),
  proofKeys: z
    .array(keySchema)
    .max(16)
    .default([])
    .describe('Secrets shared with the service: the first signs Spillway-Proof on every request; empty: no proof.'),
  concurrency: z
    .strictObject({
      mode: z
        .enum(['fixed', 'aimd', 'gradient'])
        .default('fixed')
        .describe('fixed holds over all gateways together; aimd and gradient are learned by each gateway.'),
      limit: z
        .number()
        .int()
        .min(1)
        .max(100_000)
        .default(64)
        .describe('Claims in flight at the service at once; the starting value of the learned modes.'),
      minLimit: z
        .number()
        .int()
        .min(1)
        .max(100_000)
        .default(1)
        .describe('Learned modes: what a gateway goes down to, in claims in flight.'),
      maxLimit: z
        .number()
        .int()
        .min(1)
        .max(100_000)
        .default(1000)
        .describe('Learned modes: what a gateway goes up to, in claims in flight.'),
      latencyTolerance: z
        .number()
        .min(1.05)
        .max(1.9)
        .default(1.5)
        .describe('gradient: how many times the latency at half the load an answer may take before the limit shrinks.'),
    })
    .prefault({})
    .describe('How many claims may be at the service at once.'),
  health: upstreamHealthSchema.prefault({}).describe('What is made of how its targets answer.'),
});

export type UpstreamConfig = z.output<typeof upstreamSchema>;
