/** Settings of one campaign that say who is asking. */
import * as z from 'zod';
import { fieldName } from './identifier.js';
import { keySchema } from './key-schema.js';
import { pattern } from './pattern.js';

/** RFC 7518, section 3.1, and RFC 8037. There is no `none`. */
export const JWT_ALGORITHMS = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const),
  ...(['HS256', 'HS384', 'HS512'] as const),
] as const;

const jwtSchema = z.strictObject({
  token: pattern(
    /^(authorization|(cookie|header):[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128})$/,
    'authorization, cookie:<name> or header:<name>',
  )
    .default('authorization')
    .describe('Where the token stands: authorization (Bearer), cookie:<name> or header:<name>.'),
  jwksUrl: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null)
    .describe('Where the public keys are fetched from.'),
  jwksFile: z.string().min(1).nullable().default(null).describe('File of the public keys, instead of jwksUrl.'),
  issuer: z.string().min(1).nullable().default(null).describe('The only iss taken; null: any.'),
  audience: z.array(z.string().min(1)).max(16).default([]).describe('One of these must stand in aud; empty: any.'),
  algorithms: z
    .array(z.enum(JWT_ALGORITHMS))
    .min(1)
    .default(['RS256', 'PS256', 'ES256', 'EdDSA'])
    .describe('Signatures taken. HS* need claimant.keys, all others public keys.'),
  clockToleranceSeconds: z
    .number()
    .int()
    .min(0)
    .max(600)
    .default(10)
    .describe('How far the clocks of issuer and gateway may be apart, in seconds.'),
  claim: z.string().min(1).max(128).default('sub').describe('The member of the token that names the claimant.'),
  priorityClaim: z
    .string()
    .min(1)
    .max(128)
    .nullable()
    .default(null)
    .describe("The member that names the claimant's priority class; null: none."),
  keysMaxAgeSeconds: z
    .number()
    .int()
    .min(1)
    .max(86_400)
    .default(600)
    .describe('After so long the public keys are fetched anew, and a token seen before is verified again, in seconds.'),
  keysStaleSeconds: z
    .number()
    .int()
    .min(0)
    .max(2_592_000)
    .default(86_400)
    .describe('How long known public keys count while they cannot be fetched, in seconds.'),
});

export const claimantSchema = z.strictObject({
  from: z
    .enum(['header', 'cookie', 'jwt', 'address', 'signed-cookie', 'device'])
    .default('header')
    .describe('What says who is asking.'),
  name: fieldName.default('x-user-id').describe('Name of the header or cookie.'),
  unverified: z
    .boolean()
    .default(false)
    .describe('Believe the header from anybody. Without it, a header counts only from server.trustProxy.'),
  keys: z
    .array(keySchema)
    .max(16)
    .default([])
    .describe('Shared secrets of signed cookies, and of tokens signed with HS*; all verify.'),
  device: z
    .strictObject({
      proofOfWork: z
        .boolean()
        .default(false)
        .describe('A device gets its cookie for work only; without, with the answer to its first request.'),
      cost: z
        .number()
        .int()
        .min(100)
        .max(1_000_000)
        .default(5000)
        .describe('Iterations of PBKDF2 an attempt; 256 attempts are needed on average.'),
      maxAgeSeconds: z
        .number()
        .int()
        .min(60)
        .max(34_560_000)
        .default(2_592_000)
        .describe('How long a device is known, in seconds.'),
    })
    .prefault({})
    .describe('Cookies of anonymous devices, where from is device.'),
  jwt: jwtSchema.prefault({}).describe('How tokens are verified, where from is jwt.'),
});

export type ClaimantConfig = z.output<typeof claimantSchema>;
export type JwtConfig = ClaimantConfig['jwt'];
