import { describe, expect, it } from '@jest/globals';
import { readIdempotencyKey } from '../../src/claims/idempotency-key.js';

describe('Idempotency-Key', () => {
  it.each([
    ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['"with a blank, \\"quotes\\" and \\\\"', 'with a blank, "quotes" and \\'],
    ['a'.repeat(255), 'a'.repeat(255)],
  ])('%s is the key it says', (field, key) => {
    expect(readIdempotencyKey(field)).toEqual({ kind: 'key', key, raw: field });
  });

  it.each([undefined, ''])('%j is none', (field) => {
    expect(readIdempotencyKey(field)).toEqual({ kind: 'missing' });
  });

  it.each([
    ['half a String', '"abc', 'is one String, or one word'],
    ['an empty String', '""', 'is empty'],
    ['a list', 'abc, def', 'is one String, or one word'],
    ['a parameter', '"abc";v=1', 'is one String, or one word'],
    ['an escape of nothing', '"a\\b"', 'is one String, or one word'],
    ['a letter beyond ASCII', 'schlüssel', 'is one String, or one word'],
    ['256 characters', 'a'.repeat(256), 'may have 255 characters'],
    ['two fields', ['a', 'b'], 'may be given once'],
  ])('is malformed with %s, and the client is told how', (_what, field, why) => {
    expect(readIdempotencyKey(field)).toEqual({ kind: 'malformed', why: expect.stringContaining(why) });
  });
});
