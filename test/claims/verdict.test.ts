import { describe, expect, it } from '@jest/globals';
import { packAnswer, type StoredAnswer } from '../../src/claims/answer-text.js';
import { inFlightText, memoText, unknownText } from '../../src/claims/entry-text.js';
import { judgeAnswer, judgeRecorded, type LedgerRequest } from '../../src/claims/verdict.js';

const NOW_US = 5_000_000;
const MEMO = { credentials: 'ab.session', payload: 'same', clientKey: 'k-1' };
const ANSWER: StoredAnswer = {
  outcome: 'granted',
  credentials: MEMO.credentials,
  payload: MEMO.payload,
  status: 201,
  headers: ['content-type', 'application/json'],
  body: Buffer.from('{"coupon":1}'),
};

function asking(changes: Partial<LedgerRequest> = {}): LedgerRequest {
  return { key: 'k', memo: MEMO, shows: (kept) => kept === MEMO.credentials, mayRepeat: true, ...changes };
}
const stranger = asking({ shows: () => false });
const otherPayload = asking({ memo: { ...MEMO, payload: 'another' } });
const judge = (text: string, request = asking()) => judgeRecorded(text, request, NOW_US);
const inFlight = (untilUs: number) => inFlightText(untilUs, 'g1-7', memoText(MEMO));
const unknown = unknownText(NOW_US - 1, 'g1-7', memoText(MEMO));

describe('who repeats a claim', () => {
  it('hears the first answer again, and of a mark only that there was one', () => {
    expect(judge(packAnswer(ANSWER))).toEqual({ kind: 'replay', answer: ANSWER });
    expect(judgeAnswer(ANSWER, asking())).toEqual({ kind: 'replay', answer: ANSWER });
    expect(judge('m')).toEqual({ kind: 'replay', answer: null });
  });

  it('with other credentials hears nothing of an answer, nor of an attempt that has ended', () => {
    for (const text of [packAnswer(ANSWER), unknown, inFlight(NOW_US - 1)]) {
      expect(judge(text, stranger)).toEqual({ kind: 'another' });
    }
  });

  it('with another payload under the same key is told so, whatever has become of the first', () => {
    for (const text of [packAnswer(ANSWER), unknown, inFlight(NOW_US + 1)]) {
      expect(judge(text, otherPayload)).toEqual({ kind: 'reused' });
    }
  });

  it('is told that the claim is in progress up to the end of its lease, whatever is shown', () => {
    expect(judge(inFlight(NOW_US))).toEqual({ kind: 'in-progress' });
    expect(judge(inFlight(NOW_US + 1), stranger)).toEqual({ kind: 'in-progress' });
    expect(judge(inFlight(NOW_US - 1)).kind).toBe('repeat');
  });

  it('takes the place of an attempt of unknown outcome, with the memo of the first', () => {
    const repeat = { kind: 'repeat', attempt: 'g1-7', memo: MEMO };
    expect(judge(unknown)).toEqual(repeat);
    // Unknown is unknown, even where the clocks of gateways differ.
    expect(judge(unknownText(NOW_US + 9, 'g1-7', memoText(MEMO)))).toEqual(repeat);
  });

  it('repeats nothing where the campaign does not allow it', () => {
    expect(judge(unknown, asking({ mayRepeat: false }))).toEqual({ kind: 'unsettled' });
    expect(judge(packAnswer(ANSWER), asking({ mayRepeat: false })).kind).toBe('replay');
  });
});
