/** A secret that the gateways of one installation make together: whoever comes first makes it, the others read it. */
import { randomBytes } from 'node:crypto';
import type { RedisConnection } from './connection.js';

const BYTES = 32;

/** @throws whatever the connection says */
export async function sharedSecret(connection: RedisConnection, keyPrefix: string): Promise<Uint8Array> {
  const key = `${keyPrefix}:secret`;
  await connection.send('set', [key, randomBytes(BYTES).toString('hex'), 'NX']);
  const secret = await connection.send('get', [key]);
  return Buffer.from(String(secret), 'hex');
}
