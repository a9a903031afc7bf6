import { describe, expect, it } from '@jest/globals';
import { problemCodes } from '../../src/http/problem-codes.js';
import { ANSWER_TABLE, findContractFault } from '../../src/replay/answer-table.js';
import type { JudgedFields, Reply } from '../../src/replay/reply.js';
import { readFields } from '../../src/replay/reply-fields.js';
import { reply } from './replies.js';

const FIELDS: JudgedFields = {
  contentType: 'application/problem+json; charset=utf-8',
  cacheControl: 'no-store',
  code: 'OVERLOADED',
  replayed: '',
};

function overloaded(fields: Partial<JudgedFields> = {}, retryAfterMs: number | null = 1000, status = 503): Reply {
  return { ...reply(status, { code: 'OVERLOADED' }, retryAfterMs), fields: { ...FIELDS, ...fields } };
}

describe('the answer table', () => {
  it('has the statuses that the gateway gives its codes', () => {
    for (const [code, { status }] of ANSWER_TABLE)
      expect([code, problemCodes[code as 'QUEUED'].status]).toEqual([code, status]);
  });

  it('finds nothing wrong with a refusal as documented, nor with what is not ours', () => {
    expect(findContractFault(overloaded())).toBeNull();
    expect(
      findContractFault({ ...reply(500, { error: 'x' }), fields: { ...FIELDS, contentType: 'text/html', code: '' } }),
    ).toBeNull();
    expect(findContractFault(reply(503, { code: 'OVERLOADED' }))).toBeNull();
  });

  it.each([
    [overloaded({}, null), 'OVERLOADED without Retry-After'],
    [overloaded({}, 1000, 500), 'OVERLOADED with status 500 instead of 503'],
    [overloaded({}, 1000, 200), 'OVERLOADED with status 200'],
    [overloaded({ code: '' }), 'OVERLOADED without Spillway-Code'],
    [overloaded({ contentType: 'application/json' }), 'OVERLOADED is no problem document'],
    [overloaded({ cacheControl: 'max-age=1' }), 'OVERLOADED may be stored'],
    [overloaded({ code: 'QUEUE_FULL' }), 'QUEUE_FULL in the field, OVERLOADED in the document'],
    [
      { ...reply(410, { code: 'SOLD_OUT' }, 1000), fields: { ...FIELDS, code: 'SOLD_OUT' } },
      'SOLD_OUT with Retry-After though it is final',
    ],
    [{ ...reply(429, { code: 'QUEUED' }, 1000), fields: { ...FIELDS, code: 'QUEUED' } }, 'QUEUED without a ticket'],
  ])('%#: finds what is wrong', (answer, fault) => {
    expect(findContractFault(answer)).toBe(fault);
  });
});

describe('the fields of an answer', () => {
  it('are read whatever their case, and the rest is passed over', () => {
    const raw = [
      'Date',
      'x',
      'RETRY-AFTER',
      '3',
      'spillway-code',
      'QUEUED',
      'Content-Type',
      'a/b',
      'Idempotency-Replayed',
      'true',
    ];
    const { retryAfterMs, fields } = readFields(
      raw.map((text) => Buffer.from(text)),
      0,
    );
    expect(retryAfterMs).toBe(3000);
    expect(fields).toEqual({ contentType: 'a/b', cacheControl: '', code: 'QUEUED', replayed: 'true' });
  });
});
