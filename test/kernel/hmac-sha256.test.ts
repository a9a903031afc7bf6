import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HmacSha256 } from '../../src/kernel/hmac-sha256.js';

const keys = fc.uint8Array({ minLength: 0, maxLength: 100 });
const texts = fc.string({ unit: 'binary', maxLength: 400 });

describe('HMAC-SHA-256 in two calls', () => {
  it('is that of RFC 4231, test case 2', () => {
    const mac = new HmacSha256(Buffer.from('Jefe'));
    expect(mac.digest(Buffer.from('what do ya want for nothing?')).toString('hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it('is the one of the streaming interface, for any key, prefix and messages in turn', () => {
    fc.assert(
      fc.property(
        keys,
        texts,
        fc.array(fc.uint8Array({ maxLength: 900 }), { maxLength: 5 }),
        (key, prefix, messages) => {
          const mac = new HmacSha256(key, prefix);
          for (const message of messages) {
            const expected = createHmac('sha256', key).update(prefix).update(message).digest();
            expect(mac.digest(message)).toEqual(expected);
          }
        },
      ),
    );
  });

  it('cuts to 128 bits as a buffer would', () => {
    fc.assert(
      fc.property(keys, fc.array(texts, { maxLength: 5 }), (key, messages) => {
        const mac = new HmacSha256(key);
        for (const message of messages) {
          const expected = createHmac('sha256', key).update(message, 'utf8').digest().toString('base64url', 0, 16);
          expect(mac.text128(message)).toBe(expected);
        }
      }),
    );
  });
});
