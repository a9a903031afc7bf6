/** Settings of what one address may do, and of what happens to one that does what no honest client does. */
import * as z from 'zod';

const whole = (most: number) => z.number().int().min(0).max(most).default(0);

export const addressLimitsSchema = z.strictObject({
  connections: whole(1_000_000).describe('Connections at once; who comes beyond is not let in. 0: as many as come.'),
  connectionsPerAddress: whole(1_000_000).describe(
    'Connections one address may hold at once, listed proxies apart (IPv6 by /64). 0: as many as it likes.',
  ),
  requestsPerSecondPerAddress: whole(1_000_000).describe(
    'Requests one address may send a second, twice as many at once; beyond: RATE_LIMITED. 0: as many as it likes.',
  ),
});

export const bansSchema = z.strictObject({
  offences: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(300)
    .describe('Forged tickets, malformed requests and polls far too early after which an address is banned; 0: never.'),
  windowSeconds: z.number().int().min(1).max(3600).default(60).describe('Within so many seconds.'),
  firstSeconds: z
    .number()
    .int()
    .min(1)
    .max(86_400)
    .default(60)
    .describe('How long the first ban lasts; the next six times as long.'),
  longestSeconds: z
    .number()
    .int()
    .min(1)
    .max(604_800)
    .default(3600)
    .describe('How long a ban lasts at most; after so long without one all is forgotten.'),
});
