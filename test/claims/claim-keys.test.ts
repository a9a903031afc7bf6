import { describe, expect, it } from '@jest/globals';
import { ClaimKeys, payloadFingerprint } from '../../src/claims/claim-keys.js';

const SECRET = new Uint8Array(32).fill(7);

describe('names of claims', () => {
  const keys = new ClaimKeys(SECRET, 'lny');
  const ann = keys.entry('/r', 'ann', null);

  it('are the same for the same claim, and no two parts run into each other', () => {
    expect(ann).toBe(new ClaimKeys(SECRET, 'lny').entry('/r', 'ann', null, 0));
    const others = [
      keys.entry('/r', 'ann', ''),
      keys.entry('/r', 'ann', 'k'),
      keys.entry('/ra', 'nn', null),
      keys.entry('/r', 'bob', null),
      keys.entry('/r', 'ann', null, 1),
      keys.entry('/r', 'ann', null, 2),
      keys.entry('/r', 'ann', 'k', 1),
      new ClaimKeys(SECRET, 'xmas').entry('/r', 'ann', null),
      keys.forService(ann),
      keys.forService(keys.entry('/r', 'bob', null)),
    ];
    expect(new Set([ann, ...others]).size).toBe(11);
  });

  it('stay what they are: entries and the keys that services know outlive an upgrade', () => {
    expect(ann).toBe('mbBEiM4iXuac3yUxyccxUQ');
    expect(keys.entry('/r', 'ann', 'k', 3)).toBe('sUEgNAPSITko4HI4x4v1zg');
    expect(keys.forService(ann)).toBe('KnIteN8SiEMPS0llg1MzTQ');
  });
});

describe('the fingerprint of a payload', () => {
  const fingerprint = payloadFingerprint('POST', '/c', Buffer.from('{"a":1}'));

  it('is 96 bits of the SHA-256 of method, target and body, be the body octets or text', () => {
    expect(fingerprint).toBe('GwSmxeOzbwXddBLd');
    expect(payloadFingerprint('POST', '/c', '{"a":1}')).toBe(fingerprint);
  });

  it('is another for another method, target or body', () => {
    const others = [
      payloadFingerprint('PUT', '/c', '{"a":1}'),
      payloadFingerprint('POST', '/d', '{"a":1}'),
      payloadFingerprint('POST', '/c', '{"a":2}'),
      payloadFingerprint('POST', '/c', ''),
    ];
    expect(new Set([fingerprint, ...others]).size).toBe(5);
  });
});
