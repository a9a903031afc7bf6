/**
 * HMAC-SHA-256 (RFC 2104) of short messages. Node's streaming interface makes several native objects a digest, which
 * costs three times as much as the hashing. Here the padded key stands ready in front of the message, and two calls
 * of the one-shot hash do the rest. Not for concurrent use within one call: buffers are used again.
 */
import { hash } from 'node:crypto';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** Room for messages before a larger buffer is made, in bytes. */
const ROOM_BYTES = 512;
/** The most bytes that one unit of a string takes in UTF-8. */
const UTF8_BYTES_A_UNIT = 3;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Whole characters in the base64url text of 16 bytes; one more holds the last two bits. */
const WHOLE_CHARS = 21;

export class HmacSha256 {
  #inner: Buffer;
  readonly #start: number;
  readonly #outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);

  /** @param prefix - stands in front of every message */
  constructor(key: Uint8Array, prefix = '') {
    const block = Buffer.alloc(BLOCK_BYTES);
    block.set(key.byteLength > BLOCK_BYTES ? hash('sha256', key, 'buffer') : key);
    this.#start = BLOCK_BYTES + Buffer.byteLength(prefix);
    this.#inner = Buffer.alloc(this.#start + ROOM_BYTES);
    for (let i = 0; i < BLOCK_BYTES; i++) {
      this.#inner[i] = block[i]! ^ 0x36;
      this.#outer[i] = block[i]! ^ 0x5c;
    }
    this.#inner.write(prefix, BLOCK_BYTES);
  }

  /** All 32 bytes. */
  digest(message: Uint8Array): Buffer {
    this.#reserve(message.byteLength);
    this.#inner.set(message, this.#start);
    this.#hashInner(message.byteLength);
    return Buffer.from(hash('sha256', this.#outer, 'binary'), 'latin1');
  }

  /** The first 16 bytes of the digest of `message` in UTF-8, as 22 characters of base64url. */
  text128(message: string): string {
    this.#reserve(message.length * UTF8_BYTES_A_UNIT);
    this.#hashInner(this.#inner.write(message, this.#start));
    const whole = hash('sha256', this.#outer, 'base64url');
    const last = ALPHABET.indexOf(whole.charAt(WHOLE_CHARS)) & 0b110000;
    return whole.slice(0, WHOLE_CHARS) + ALPHABET.charAt(last);
  }

  #hashInner(messageBytes: number): void {
    const inner = hash('sha256', this.#inner.subarray(0, this.#start + messageBytes), 'binary');
    this.#outer.write(inner, BLOCK_BYTES, 'latin1');
  }

  #reserve(messageBytes: number): void {
    const bytes = this.#start + messageBytes;
    if (bytes <= this.#inner.length) return;
    const larger = Buffer.alloc(bytes);
    this.#inner.copy(larger, 0, 0, this.#start);
    this.#inner = larger;
  }
}
