/** The bytes of a shared secret, from the configuration or from a file. */
import type { KeyConfig } from './key-schema.js';
import type { Surroundings } from './rule.js';

/** As long as the output of the hash (SHA-256). @see RFC 2104, section 3 */
export const LEAST_SECRET_BYTES = 32;

export type SecretRead =
  | { readonly kind: 'read'; readonly bytes: Uint8Array }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'none' };

/** One line end that an editor or `echo` left behind a secret in a file is not part of it. */
export function readSecret(key: KeyConfig, { readFile }: Surroundings): SecretRead {
  if (key.secret !== undefined) return { kind: 'read', bytes: Buffer.from(key.secret) };
  if (key.secretFile === undefined) return { kind: 'none' };
  try {
    return { kind: 'read', bytes: withoutLineEnd(readFile(key.secretFile)) };
  } catch (error) {
    return { kind: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
  }
}

function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  if (bytes[end - 1] === 0x0a) end -= bytes[end - 2] === 0x0d ? 2 : 1;
  return bytes.subarray(0, end);
}
