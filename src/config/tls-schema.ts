/** Certificates, as files: read again when they change, so that they are renewed without a restart. */
import * as z from 'zod';

const pemFile = z.string().min(1);

/** How a listener shows who it is. */
export const listenerTlsSchema = z.strictObject({
  certFile: pemFile.describe('PEM file of the certificate chain.'),
  keyFile: pemFile.describe('PEM file of the private key.'),
});

/** How the gateway and a service know each other. */
export const upstreamTlsSchema = z.strictObject({
  caFile: pemFile
    .nullable()
    .default(null)
    .describe('PEM file of the CAs whose services are believed; null: the usual.'),
  certFile: pemFile
    .nullable()
    .default(null)
    .describe('PEM file of the certificate that the gateway shows; null: none.'),
  keyFile: pemFile.nullable().default(null).describe('PEM file of its private key.'),
  serverName: z
    .string()
    .min(1)
    .max(253)
    .nullable()
    .default(null)
    .describe('Name that the certificate of the service must have; null: the host of the target.'),
});
