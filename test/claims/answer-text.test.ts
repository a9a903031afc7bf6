import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KeptHeaders, packAnswer, unpackAnswer } from '../../src/claims/answer-text.js';
import { inFlightText, memoText, parseEntry, unknownText } from '../../src/claims/entry-text.js';

const token = fc.stringMatching(/^[A-Za-z0-9_-]{2,20}$/);
const value = fc.stringMatching(/^[\x21-\x7e\x80-\xff]([\x20-\x7e\x80-\xff]{0,20}[\x21-\x7e\x80-\xff])?$/);
const answer = fc.record({
  outcome: fc.constantFrom('granted' as const, 'rejected' as const),
  credentials: fc.oneof(fc.constant(''), fc.stringMatching(/^[A-Za-z0-9_-]{2,8}\.[A-Za-z0-9_-]{16}$/)),
  payload: fc.oneof(fc.constant(''), fc.stringMatching(/^[A-Za-z0-9_-]{16}$/)),
  status: fc.integer({ min: 200, max: 599 }),
  headers: fc.array(fc.tuple(token, value), { maxLength: 4 }).map((pairs) => pairs.flat()),
  body: fc.oneof(
    fc.constant(null),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    fc.string({ maxLength: 60 }).map((text) => Buffer.from(text)),
    fc.constant(Buffer.from('\n\n\n')),
  ),
});

describe('an entry of the ledger', () => {
  it('holds any final answer, octet by octet', () => {
    fc.assert(
      fc.property(answer, (given) => {
        const text = packAnswer(given);
        expect(parseEntry(text)).toEqual({ kind: 'closed', text });
        const back = unpackAnswer(Buffer.from(text, 'utf8').toString('utf8'));
        expect({ ...back, body: back.body?.toString('hex') }).toEqual({ ...given, body: given.body?.toString('hex') });
      }),
      { numRuns: 500 },
    );
  });

  it('holds any open attempt', () => {
    const memo = fc.record({
      credentials: fc.oneof(fc.constant(''), token),
      payload: fc.oneof(fc.constant(''), token),
      clientKey: fc.stringMatching(/^[\x21-\x7e]?[\x20-\x7e]{0,20}[\x21-\x7e]?$/).map((key) => key.trim()),
    });
    fc.assert(
      fc.property(memo, token, fc.integer({ min: 0, max: 2 ** 50 }), (kept, attempt, atUs) => {
        const entry = { attempt, atUs, memo: kept };
        expect(parseEntry(inFlightText(atUs, attempt, memoText(kept)))).toEqual({ kind: 'in-flight', ...entry });
        expect(parseEntry(unknownText(atUs, attempt, memoText(kept)))).toEqual({ kind: 'unknown', ...entry });
      }),
    );
  });

  it('of a kind that this version does not know is a fault', () => {
    expect(() => parseEntry('z1 a b')).toThrow(RangeError);
    expect(() => unpackAnswer('g\n-\n2xxt\n\n')).toThrow(RangeError);
  });

  it('keeps the fields that are asked for, and never a cookie', () => {
    const kept = new KeptHeaders(['Content-type', 'set-cookie']);
    const sent = ['Content-Type', 'a', 'SET-COOKIE', 'b', 'X-Other', 'c', 'twelve-chars', 'd'];
    expect(kept.of(sent)).toEqual(['Content-Type', 'a']);
  });
});
