import { describe, expect, it } from '@jest/globals';
import { httpRequestOf } from '../../src/replay/request-form.js';

const form = {
  claimPath: '/c/claims',
  ticketsPath: '/queue/c/tickets',
  claimantHeader: 'x-user-id',
  idempotencyKeys: false,
};
const step = { claimant: 'ann', ticket: null, content: null };

describe('what people do, over HTTP', () => {
  it('is a claim with what a trace says of it, and with the ticket', () => {
    const content = { k: 'k1', h: { 'x-app': '1' }, b: '{1}' };
    expect(httpRequestOf({ ...step, step: 'claim', ticket: 't2', content }, form)).toEqual({
      method: 'POST',
      path: '/c/claims',
      headers: [
        ...['x-user-id', 'ann', 'content-type', 'application/json', 'spillway-ticket', 't2'],
        ...['idempotency-key', 'k1', 'x-app', '1'],
      ],
      body: '{1}',
    });
  });

  it('has a key of the claimant where keys are asked for and the trace has none', () => {
    const { headers, body } = httpRequestOf({ ...step, step: 'claim' }, { ...form, idempotencyKeys: true });
    expect([headers.slice(-2), body]).toEqual([['idempotency-key', 'ann'], '{}']);
  });

  it('is a poll or a leave of the ticket, or of whatever place the claimant has', () => {
    expect(httpRequestOf({ ...step, step: 'poll', ticket: 't' }, form)).toMatchObject({
      method: 'GET',
      path: '/queue/c/tickets/t',
    });
    expect(httpRequestOf({ ...step, step: 'leave' }, form)).toMatchObject({
      method: 'DELETE',
      path: '/queue/c/tickets/me',
    });
  });
});
