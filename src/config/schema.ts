/**
 * The configuration, said once: shape, range, default, unit and reason of every setting. Types, JSON Schema,
 * environment names and the table in the documentation are derived from it. Unknown keys are errors. What is
 * secret is marked `writeOnly`, as in JSON Schema, and never printed.
 */
import * as z from 'zod';
import { addressLimitsSchema, bansSchema } from './abuse-schema.js';
import { campaignSchema } from './campaign-schema.js';
import { keySchema } from './key-schema.js';
import { pattern } from './pattern.js';
import { listenerTlsSchema } from './tls-schema.js';
import { upstreamSchema } from './upstream-schema.js';

const port = z.number().int().min(0).max(65_535);
const hostPort = z.strictObject({
  host: z.string().min(1).describe('Host name or address.'),
  port: port.describe('TCP port.'),
});

const serverSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Address that clients connect to.'),
  port: port.default(8080).describe('Port that clients connect to; 0 takes a free one.'),
  trustProxy: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'CIDRs of the proxies in front. Only they may name a client address or a claimant header. Never "everyone".',
    ),
  basePath: pattern(/^(\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+)+$/, 'one or more /name, e.g. /queue')
    .default('/queue')
    .describe("Path below which the line's own endpoints live."),
  workers: z
    .union([z.number().int().min(1).max(256), z.literal('auto')])
    .default(1)
    .describe('Processes on this machine; "auto" is one a core. More than one needs the Redis store.'),
  cors: z
    .strictObject({
      origins: z
        .array(z.string().min(1))
        .default([])
        .describe('Origins that browsers may call from, e.g. https://shop.example.'),
    })
    .prefault({})
    .describe('Cross-origin access for browsers.'),
  tls: listenerTlsSchema.nullable().default(null).describe('TLS for clients; null where a proxy in front ends it.'),
  limits: addressLimitsSchema.prefault({}).describe('What one address may do, before anything else is looked at.'),
  bans: bansSchema.prefault({}).describe('Addresses that do what no honest client does are refused for a while.'),
  maxBodyBytes: z
    .number()
    .int()
    .min(0)
    .max(1_073_741_824)
    .default(1_048_576)
    .describe('Largest request body that is taken, in bytes; up to 64 KiB is read before a claim is decided.'),
  overload: z
    .strictObject({
      maxDelayMs: z
        .number()
        .int()
        .min(0)
        .max(10_000)
        .default(200)
        .describe('How late the event loop may be before people are turned away, in milliseconds; 0: nobody is.'),
      maxInFlight: z
        .number()
        .int()
        .min(10)
        .max(1_000_000)
        .default(20_000)
        .describe("Requests on campaigns' routes under way at once; the next is told OVERLOADED."),
      maxBufferedBytes: z
        .number()
        .int()
        .min(65_536)
        .max(17_179_869_184)
        .default(268_435_456)
        .describe('Bytes of request bodies held at once; who comes beyond is told OVERLOADED.'),
      maxConnections: z
        .number()
        .int()
        .min(10)
        .max(1_000_000)
        .default(60_000)
        .describe('Client connections at once; further ones are closed as they come.'),
    })
    .prefault({})
    .describe('What one process takes on before it turns people away.'),
  leaveMs: z
    .number()
    .int()
    .min(0)
    .max(600_000)
    .default(0)
    .describe('How long a stopping gateway goes on serving after its readiness went off, in milliseconds.'),
  drainMs: z
    .number()
    .int()
    .min(0)
    .max(600_000)
    .default(10_000)
    .describe('How long a stopping gateway may take to finish the claims in flight, in milliseconds.'),
});

const adminSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Address of the admin listener.'),
  port: port.default(9090).describe('Port of the admin listener; 0 takes a free one.'),
  tokens: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(64).describe('Who the token belongs to; stands in the audit log.'),
        sha256: pattern(/^[0-9a-f]{64}$/, '64 lower-case hex digits: the SHA-256 of the token')
          .meta({ writeOnly: true })
          .describe("Hex of the token's SHA-256; the token itself is never configured."),
        role: z.enum(['viewer', 'operator']).describe('viewer reads; operator also changes.'),
      }),
    )
    .default([])
    .describe('Bearer tokens of the admin API.'),
  tls: listenerTlsSchema
    .nullable()
    .default(null)
    .describe('TLS for operators; null: plain HTTP, fit for this machine only.'),
  plaintext: z
    .boolean()
    .default(false)
    .describe('Serve other machines without TLS all the same, where a private network or a proxy protects tokens.'),
});

const storeSchema = z.strictObject({
  kind: z.enum(['memory', 'redis']).default('memory').describe('Where shared state lives.'),
  path: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Memory store: a folder makes it durable; without one, state lives as long as the process.'),
  url: pattern(/^rediss?:\/\//, 'a URL that begins with redis:// or rediss://')
    .default('redis://127.0.0.1:6379')
    .describe(
      'A single Redis: redis[s]://[user:password@]host:port[/db]. With cluster or sentinel, scheme, user, password and database hold for their nodes.',
    ),
  tls: z
    .strictObject({
      caFile: z
        .string()
        .min(1)
        .optional()
        .describe('PEM file of the authority that signed; default: the well-known ones.'),
      certFile: z.string().min(1).optional().describe("PEM file of this client's own certificate."),
      keyFile: z.string().min(1).optional().describe('PEM file of its private key.'),
    })
    .nullable()
    .default(null)
    .describe('Certificates for a rediss:// URL; null where the well-known authorities do.'),
  cluster: z.array(hostPort).min(1).optional().describe('Seed nodes of a Redis Cluster, instead of url.'),
  sentinel: z
    .strictObject({
      name: z.string().min(1).describe('Name of the monitored master.'),
      nodes: z.array(hostPort).min(1).describe('The sentinels.'),
      username: z.string().min(1).optional().describe('User of the sentinels themselves, where they ask for one.'),
      password: z
        .string()
        .min(1)
        .meta({ writeOnly: true })
        .optional()
        .describe('Password of the sentinels themselves; that of the Redis behind stands in store.url.'),
    })
    .optional()
    .describe('Redis behind Sentinel, instead of url.'),
  lanes: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe(
      'Parts into which the claimants of a campaign are divided, each with a slot of the Cluster for its buckets and stored answers. 1: all keys of an upstream share one. More cost a second call to the store a claim.',
    ),
  keyPrefix: pattern(/^[A-Za-z0-9._-]{1,64}$/, '1 to 64 letters, digits, dots, dashes or underscores')
    .default('spillway')
    .describe('First part of every key; two installations on one Redis need two.'),
  deadlineMs: z
    .number()
    .int()
    .min(5)
    .max(5_000)
    .default(40)
    .describe('How long one call may take before the store counts as unavailable, in milliseconds.'),
});

const ticketsSchema = z.strictObject({
  keys: z
    .array(keySchema)
    .default([])
    .describe('Ticket keys: the first signs, all verify. Without one, a key is made at start and lost at stop.'),
});

const logSchema = z.strictObject({
  level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Least severe level that is written.'),
  access: z
    .enum(['off', 'errors', 'all'])
    .default('errors')
    .describe('Which answers get a line: none, those of 500 and more and those that nobody waited for, or all.'),
  accessPerSecond: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(100)
    .describe('Lines for answers that are written in one second at most; the others are counted.'),
});

const metricsSchema = z.strictObject({
  format: z
    .enum(['classic', 'openmetrics'])
    .default('classic')
    .describe('Text format of /metrics, for the whole process; openmetrics has exemplars: traces of single requests.'),
});

export const configSchema = z.strictObject({
  server: serverSchema.prefault({}).describe('The listener that clients see.'),
  admin: adminSchema.prefault({}).describe('The listener that operators see: metrics, health, controls.'),
  store: storeSchema.prefault({}).describe('Where buckets, the line and the ledger live.'),
  tickets: ticketsSchema.prefault({}).describe('How tickets are signed.'),
  log: logSchema.prefault({}).describe('What is logged.'),
  metrics: metricsSchema.prefault({}).describe('How metrics are exposed.'),
  upstreams: z.array(upstreamSchema).min(1).describe('The claim services behind.'),
  campaigns: z.array(campaignSchema).min(1).describe('The campaigns in front of them.'),
});

export type Config = z.output<typeof configSchema>;
export type StoreConfig = Config['store'];
export type { CampaignConfig, RouteConfig } from './campaign-schema.js';
export type { UpstreamConfig } from './upstream-schema.js';
